import { type Capture, capture } from '../../lab/capture.ts';
import { Namespace } from '../../support/network-namespace.ts';
import type { Traffic } from '../scenario.ts';
import { readSighting, type Sighting } from './path.ts';

/** What is seen, from now on, of the packets of a check. */
export interface Watch {
  readonly sightings: () => readonly Sighting[];
  readonly stop: () => Promise<void>;
}

/** Watches all interfaces of these machines, and tells the packets to and from an address. */
export async function watch(machines: readonly string[], address: string, traffic: Traffic): Promise<Watch> {
  const { protocol } = traffic;
  const port = traffic.protocol === 'icmp' ? undefined : traffic.port;
  const words = [protocol, 'and host', address, ...(port === undefined ? [] : ['and port', port])];
  // Those that open a session say which way it takes; the others would be a burden.
  const filter = [...words, ...(protocol === 'tcp' ? ['and tcp[tcpflags] & tcp-syn != 0'] : [])].join(' ');
  const captures = new Map<string, Capture>();
  await Promise.all(
    machines.map(async (name) => captures.set(name, await capture(new Namespace(name), 'any', filter))),
  );
  return {
    sightings: () =>
      [...captures].flatMap(([machine, { packets }]) =>
        packets().flatMap((packet) => readSighting(machine, packet, port) ?? []),
      ),
    stop: async () => {
      await Promise.all([...captures.values()].map(({ end }) => end()));
    },
  };
}
