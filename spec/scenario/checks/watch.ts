import { type Capture, capture } from '../../lab/capture.ts';
import { Namespace } from '../../support/network-namespace.ts';
import type { Traffic } from '../scenario.ts';
import { isQuestion, readSighting, type Sighting } from './path.ts';

/** What is seen of the packets of a check. */
export interface Watch {
  readonly sightings: () => readonly Sighting[];
  /** Whether a machine has asked for the MAC address of a next hop. */
  readonly hasAsked: (machine: string) => boolean;
  /** Forgets what was seen so far. */
  readonly renew: () => void;
  readonly stop: () => Promise<void>;
}

/** Options of tcpdump: its buffer has room for 8 packets of any length, but for thousands of such. Headers fit into it. */
const SHORT = ['-s', '256'];

/** Watches all interfaces of these machines from now on, and tells the packets to and from an address. */
export async function watch(machines: readonly string[], address: string, traffic: Traffic): Promise<Watch> {
  const { protocol } = traffic;
  const port = traffic.protocol === 'icmp' ? undefined : traffic.port;
  const words = [protocol, 'and host', address, ...(port === undefined ? [] : ['and port', port])];
  // Those that open a session say which way it takes; the others would be a burden.
  const opening = protocol === 'tcp' ? ['and tcp[tcpflags] & tcp-syn != 0'] : [];
  const filter = [...SHORT, ...words, ...opening, 'or arp'].join(' ');
  const captures = new Map<string, Capture>();
  await Promise.all(
    machines.map(async (name) => captures.set(name, await capture(new Namespace(name), 'any', filter))),
  );
  const forgotten = new Map<string, number>();
  const packetsAt = (machine: string): readonly string[] =>
    captures
      .get(machine)!
      .packets()
      .slice(forgotten.get(machine) ?? 0);
  return {
    sightings: () =>
      [...captures.keys()].flatMap((machine) =>
        packetsAt(machine).flatMap((packet) => readSighting(machine, packet, port) ?? []),
      ),
    hasAsked: (machine) => packetsAt(machine).some(isQuestion),
    renew: () => {
      for (const [machine, { packets }] of captures) forgotten.set(machine, packets().length);
    },
    stop: async () => {
      await Promise.all([...captures.values()].map(({ end }) => end()));
    },
  };
}
