import { z } from 'zod';
import { parseIpAddress } from '../../net/ip-address.ts';
import { isUnicast, parseMacAddress } from '../../net/mac-address.ts';
import { failure, success, type Result } from '../../result.ts';

/** An Ethernet interface by which neighbours are reached. */
export interface UnderlayInterface {
  readonly device: string;
  /** The kernel's number: another one means that the interface was made anew. */
  readonly index: number;
  readonly mac: string;
}

/** An entry of the kernel's neighbour table. */
export interface Neighbour {
  readonly address: string;
  /** Undefined: the kernel does not know it, or no longer. */
  readonly mac: string | undefined;
  /** The kernel has heard of the neighbour lately, or is about to find out. */
  readonly isFresh: boolean;
}

const addressHolder = z.object({
  ifname: z.string(),
  addr_info: z.array(z.object({ local: z.string().optional() })),
});

const link = z.object({
  ifindex: z.int(),
  ifname: z.string(),
  flags: z.array(z.string()),
  link_type: z.string(),
  address: z.string().optional(),
});

const neighbour = z.object({ dst: z.string(), lladdr: z.string().optional(), state: z.array(z.string()) });

/** Parses the output of `ip -json address show to ADDRESS`: the names of the interfaces that have it. */
export function parseAddressHolders(text: string, address: string): Result<readonly string[], string> {
  const holders = parseList(text, addressHolder);
  if (!holders.ok) return holders;
  const ours = holders.value.filter((each) => each.addr_info.some(({ local }) => local === address));
  return success(ours.map(({ ifname }) => ifname));
}

/** Parses the output of `ip -json link show dev NAME`. Undefined if it is no Ethernet, or is one without ARP. */
export function parseUnderlayInterface(text: string): Result<UnderlayInterface | undefined, string> {
  const links = parseList(text, link);
  if (!links.ok) return links;
  const [found] = links.value;
  if (found === undefined) return failure('no interface');
  const mac = found.address === undefined ? undefined : parseMacAddress(found.address);
  const isUsable = found.link_type === 'ether' && !found.flags.includes('NOARP');
  if (!isUsable || mac === undefined) return success(undefined);
  return success({ device: found.ifname, index: found.ifindex, mac });
}

/** Parses the output of `ip -json neigh show dev NAME`. */
export function parseNeighbourTable(text: string): Result<readonly Neighbour[], string> {
  const entries = parseList(text, neighbour);
  if (!entries.ok) return entries;
  return success(entries.value.map(({ dst, lladdr, state }) => toNeighbour(dst, lladdr, state)));
}

/**
 * Parses a line of `ip -oneline monitor neigh dev NAME`, like `10.0.0.2 lladdr 02:00:00:00:00:02 STALE`, or undefined if
 * it is none. An entry that is `Deleted` has no MAC address any more.
 */
export function parseNeighbourEvent(line: string): Neighbour | undefined {
  const words = line.trim().split(/\s+/);
  const isDeleted = words[0] === 'Deleted';
  const address = parseIpAddress(words[isDeleted ? 1 : 0] ?? '');
  if (address === undefined) return undefined;
  const at = words.indexOf('lladdr');
  return toNeighbour(address, isDeleted || at < 0 ? undefined : words[at + 1], words);
}

/** States in which the kernel asks the neighbour sooner or later by itself, if it has not just heard of it. */
const FRESH = ['REACHABLE', 'DELAY', 'PROBE', 'INCOMPLETE', 'PERMANENT', 'NOARP'];

function toNeighbour(address: string, lladdr: string | undefined, states: readonly string[]): Neighbour {
  const mac = lladdr === undefined ? undefined : parseMacAddress(lladdr);
  return {
    address,
    mac: mac !== undefined && isUnicast(mac) ? mac : undefined,
    isFresh: states.some((state) => FRESH.includes(state)),
  };
}

/** Without items that have another shape: ip has an empty object for each interface that it leaves out. */
function parseList<T>(text: string, shape: z.ZodType<T>): Result<readonly T[], string> {
  let json: unknown;
  try {
    json = text.trim() === '' ? [] : JSON.parse(text);
  } catch {
    return failure('the answer is not JSON');
  }
  if (!Array.isArray(json)) return failure('the answer is not a list');
  return success(
    (json as unknown[]).flatMap((item) => {
      const parsed = shape.safeParse(item);
      return parsed.success ? [parsed.data] : [];
    }),
  );
}
