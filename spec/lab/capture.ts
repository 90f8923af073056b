import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { atExit } from '../support/at-exit.ts';
import { eventually, Hopeless } from '../support/eventually.ts';
import { Namespace } from '../support/network-namespace.ts';
import type { ComputeNode } from './compute-node.ts';
import type { Overlay } from './overlay.ts';

/** Packets of an interface, each as tcpdump tells of it, headers from the outermost to the innermost, in one line. */
export interface Capture {
  readonly packets: () => readonly string[];
  /** Ends it when nothing more comes; all packets. */
  readonly stop: () => Promise<readonly string[]>;
  /** Ends it at once, for those who have seen enough. */
  readonly end: () => Promise<void>;
}

/** In milliseconds: what has passed the interface was written before, even if the machine is busy. */
const DELAY = 400;

/** Listens where a node is wired to the underlay: to what it sends, and what it is sent. */
export function captureUnderlay({ laboratory }: Overlay, { name }: ComputeNode): Promise<Capture> {
  return capture(new Namespace(`${laboratory.prefix}-rr`), `to-${name}`, 'not arp and not ip6');
}

/** What each packet begins with; inner headers are in lines of their own, with or without blanks before them. */
const TIMESTAMP = /^\d+\.\d{6} /m;

/** Listens at an interface; `filter` is that of tcpdump. Resolves when no packet is missed any more. */
export async function capture(namespace: Namespace, device: string, filter = ''): Promise<Capture> {
  const [helper, ...words] = [
    ...namespace.prefix,
    // Its buffer has room for 8 packets of any length, but for thousands of which only the headers are kept.
    ...['tcpdump', '-n', '-e', '-tt', '-v', '-l', '--immediate-mode', '-s', '256', '-i', device],
    ...filter.split(' ').filter((word) => word !== ''),
  ];
  const dump = execa(helper!, words, { reject: false, stdin: 'ignore', buffer: false });
  const kill = atExit(() => dump.kill('SIGKILL'));
  let said = '';
  let text = '';
  dump.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  dump.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  await eventually(`tcpdump listens at ${device}`, () => {
    if (dump.exitCode !== null) throw new Hopeless(said);
    if (!said.includes('listening on')) throw new Error(said);
  });
  const packets = (): readonly string[] =>
    text
      .split(TIMESTAMP)
      .map((packet) => packet.replaceAll(/\s+/g, ' ').trim())
      .filter((packet) => packet !== '');
  return {
    packets,
    stop: async () => {
      let heard: number;
      do {
        heard = text.length;
        await sleep(DELAY);
      } while (heard < text.length);
      kill();
      await dump;
      return packets();
    },
    end: async () => {
      kill();
      await dump;
    },
  };
}
