import { z } from 'zod';
import { failure, success, type Result } from '../../result.ts';

/** An interface of a bridge, as the database of Open vSwitch tells of it. */
export interface BridgePort {
  readonly name: string;
  /** Its OpenFlow number; undefined if it has none (yet). */
  readonly number: number | undefined;
  /** Why it could not be set up. */
  readonly error: string | undefined;
  /** `Owner.name` of the driver that added it. */
  readonly owner: string | undefined;
  /** `system` has the empty string here, too. */
  readonly type: string;
  /** `key=value`, in the order of their keys. */
  readonly options: readonly string[];
}

/** The external id by which ports of ours are known. */
export const EXTERNAL_ID = 'bagpipe-bgp';

/** The commands of `ovs-vsctl --format=json` whose answer `parseBridgePorts` reads. */
export function readPortsWords(bridge: string): readonly string[] {
  return [
    ...['--', '--columns=ports', 'list', 'Bridge', bridge],
    ...['--', '--columns=_uuid,interfaces,external_ids', 'list', 'Port'],
    ...['--', '--columns=_uuid,name,type,ofport,error,options', 'list', 'Interface'],
  ];
}

/** RFC 7047 §5.1: a reference, a set and a map are arrays that begin with their kind. */
const uuid = z.tuple([z.literal('uuid'), z.string()]).transform(([, id]) => id);
const uuids = z.union([
  uuid.transform((id) => [id]),
  z.tuple([z.literal('set'), z.array(uuid)]).transform(([, members]) => members),
]);
const none = z.tuple([z.literal('set'), z.tuple([])]).transform(() => undefined);
const map = z
  .tuple([z.literal('map'), z.array(z.tuple([z.string(), z.string()]))])
  .transform(([, pairs]) => pairs);

const table = <T extends z.ZodType>(row: T) => z.object({ data: z.array(row) });
const bridges = table(z.tuple([uuids]));
const ports = table(z.tuple([uuid, uuids, map]));
const interfaces = table(
  z.tuple([uuid, z.string(), z.string(), z.union([z.number(), none]), z.union([z.string(), none]), map]),
);

/** The ports of the bridge, of a bond each of its interfaces. */
export function parseBridgePorts(text: string): Result<readonly BridgePort[], string> {
  const documents = text.split('\n').filter((line) => line !== '');
  const tables = [bridges, ports, interfaces] as const;
  const read = <T>(schema: z.ZodType<T>, index: number): T =>
    schema.parse(JSON.parse(documents[index] ?? ''));
  try {
    const ofBridge = new Set(read(tables[0], 0).data.flatMap(([members]) => members));
    const ownerOf = new Map<string, string | undefined>();
    for (const [id, members, externalIds] of read(tables[1], 1).data) {
      if (!ofBridge.has(id)) continue;
      const owner = externalIds.find(([key]) => key === EXTERNAL_ID)?.[1];
      for (const member of members) ownerOf.set(member, owner);
    }
    return success(
      read(tables[2], 2)
        .data.filter(([id]) => ownerOf.has(id))
        .map(([id, name, type, number, error, options]) => ({
          name,
          number: number !== undefined && number > 0 ? number : undefined,
          error,
          owner: ownerOf.get(id),
          type,
          options: options.map(([key, value]) => `${key}=${value}`).sort(),
        })),
    );
  } catch {
    return failure(`an answer that is not understood: ${text.slice(0, 200)}`);
  }
}
