import { z } from 'zod';
import { failure, type Result, success } from '../../result.ts';

/** An entry of the forwarding table of a bridge or a VXLAN device, from `bridge -j fdb show br NAME`. */
export interface FdbEntry {
  readonly mac: string;
  readonly interface: string;
  /** The bridge in whose table it stands; undefined for the interface's own table. */
  readonly master: string | undefined;
  /** Made by somebody, neither learned nor the kernel's own. */
  readonly isStatic: boolean;
  /** Stays at its port. */
  readonly isSticky: boolean;
  readonly dst: string | undefined;
  /** Undefined where it is that of the device. */
  readonly vni: number | undefined;
}

/** A permanent neighbour, from `ip -j neigh show dev NAME nud permanent`. */
export interface NeighbourEntry {
  readonly ip: string;
  readonly mac: string;
  /** Absent where all of a device were asked for. */
  readonly device?: string;
}

const fdbEntry = z.object({
  mac: z.string(),
  ifname: z.string(),
  master: z.string().optional(),
  state: z.string().optional(),
  flags: z.array(z.string()).optional(),
  dst: z.string().optional(),
  vni: z.number().optional(),
});

const neighbourEntry = z.object({ dst: z.string(), lladdr: z.string() });

/**
 * Parses the output of `bridge -j fdb show`. With VLANs on, the kernel has one entry per VLAN for the same MAC: they come
 * as repetitions.
 */
export function parseFdb(text: string): Result<readonly FdbEntry[], string> {
  return parseList(text, fdbEntry, 'bridge -j fdb', (raw) => ({
    mac: raw.mac,
    interface: raw.ifname,
    master: raw.master,
    isStatic: raw.state === 'static',
    isSticky: raw.flags?.includes('sticky') === true,
    dst: raw.dst,
    vni: raw.vni,
  }));
}

/** Parses the output of `ip -j neigh`. */
export function parseNeighbours(text: string): Result<readonly NeighbourEntry[], string> {
  return parseList(text, neighbourEntry, 'ip -j neigh', (raw) => ({
    ip: raw.dst,
    mac: raw.lladdr,
  }));
}

/** Parses the output of `bridge -j -batch` with `fdb get MAC dev NAME`: a list of one entry for each that is there. */
export function parseFdbAnswers(text: string): Result<readonly FdbEntry[], string> {
  return parseFdb(
    `[${text
      .trim()
      .replaceAll(/^\[|\]$/gm, '')
      .replaceAll('\n', ',')}]`,
  );
}

/** Parses the output of `ip -batch` with `neigh get IP dev NAME`, which has no JSON: a line for each that is there. */
export function parseNeighbourAnswers(text: string): Result<readonly NeighbourEntry[], string> {
  const entries: NeighbourEntry[] = [];
  for (const line of text.split('\n')) {
    const [, ip, device, mac] = /^(\S+) dev (\S+) lladdr (\S+) (?:.* )?PERMANENT/.exec(line) ?? [];
    if (ip !== undefined && device !== undefined && mac !== undefined) entries.push({ ip, mac, device });
  }
  return success(entries);
}

/** What does not have the shape that we know is not ours; no output at all is an empty list. */
function parseList<R, T>(
  text: string,
  shape: z.ZodType<R>,
  tool: string,
  read: (raw: R) => T,
): Result<readonly T[], string> {
  let json: unknown;
  try {
    json = text.trim() === '' ? [] : JSON.parse(text);
  } catch {
    return failure(`${tool}: not JSON`);
  }
  if (!Array.isArray(json)) return failure(`${tool}: not a list`);
  const entries: T[] = [];
  for (const item of json as unknown[]) {
    const parsed = shape.safeParse(item);
    if (parsed.success) entries.push(read(parsed.data));
  }
  return success(entries);
}
