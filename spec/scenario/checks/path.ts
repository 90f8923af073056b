/** One packet, seen at an interface of a machine. */
export interface Sighting {
  readonly machine: string;
  readonly interface: string;
  readonly direction: 'in' | 'out';
  readonly ttl: number;
  /** The packet is one of these: on its way to the destination, or the answer. */
  readonly way: 'there' | 'back';
  /** What tells the flow from the others of a check: the id of an ICMP echo, or the source port. */
  readonly flow: number;
}

/** A machine that a packet crossed, with its interfaces in the order in which the packet was at them. */
export interface Hop {
  readonly machine: string;
  readonly interfaces: readonly string[];
}

/**
 * Reads a packet of an ICMP echo, of a UDP flow to `port`, or that opens a TCP session to `port`, as tcpdump tells of it
 * with `-i any -n -e -v`. Undefined for any other packet.
 */
export function readSighting(
  machine: string,
  packet: string,
  port: number | undefined,
): Sighting | undefined {
  const link = /^(\S+)\s+(In|Out)\s.*?\bttl (\d+)/.exec(packet);
  if (link === null) return undefined;
  const seen = {
    machine,
    interface: link[1]!,
    direction: link[2] === 'In' ? 'in' : 'out',
    ttl: Number(link[3]),
  } as const;
  if (port === undefined) {
    const echo = /ICMP echo (request|reply), id (\d+)/.exec(packet);
    if (echo === null) return undefined;
    return { ...seen, way: echo[1] === 'request' ? 'there' : 'back', flow: Number(echo[2]) };
  }
  const transport = /proto (TCP|UDP) .*? [\d.]+\.(\d+) > [\d.]+\.(\d+): (Flags \[S\.?\])?/.exec(packet);
  if (transport === null || (transport[1] === 'TCP' && transport[4] === undefined)) return undefined;
  const [source, destination] = [Number(transport[2]), Number(transport[3])];
  if (destination === port) return { ...seen, way: 'there', flow: source };
  return source === port ? { ...seen, way: 'back', flow: destination } : undefined;
}

/** Whether a machine asks by it for the MAC address of its next hop: what comes before a packet, or instead of it. */
export function isQuestion(packet: string): boolean {
  return /^\S+\s+Out\s.*? Request who-has /.test(packet);
}

/**
 * The hops of a packet in their order. Whatever routes a packet decrements its TTL, so that a higher one was earlier; and
 * a packet leaves one machine before it comes to the next one.
 */
export function pathOf(sightings: readonly Sighting[]): readonly Hop[] {
  const ordered = [...sightings].sort(
    (a, b) => b.ttl - a.ttl || Number(a.direction === 'in') - Number(b.direction === 'in'),
  );
  const hops: { machine: string; interfaces: string[] }[] = [];
  for (const { machine, interface: name } of ordered) {
    const last = hops.at(-1);
    if (last?.machine !== machine) hops.push({ machine, interfaces: [name] });
    // A packet that was sent once more is seen once more.
    else if (last.interfaces.at(-1) !== name) last.interfaces.push(name);
  }
  return hops;
}

/** `svm1 (x1 → h0), svm2 (h0 → x2)` */
export function formatPath(hops: readonly Hop[]): string {
  if (hops.length === 0) return 'no service';
  return hops.map(({ machine, interfaces }) => `${machine} (${interfaces.join(' → ')})`).join(', ');
}
