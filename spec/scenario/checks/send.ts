import { join } from 'node:path';
import { execa } from 'execa';
import { sendFlows } from '../../lab/traffic.ts';
import { atExit } from '../../support/at-exit.ts';
import { Namespace } from '../../support/network-namespace.ts';
import type { Journey, Machine } from '../scenario.ts';

/** Flows (`Sighting.flow`) that were answered; and what has happened to the others, if it was told. */
export interface Sent {
  readonly answered: readonly number[];
  readonly complaints: readonly string[];
}

/** Sends packets from one machine to another one, as often as it is asked to. */
export interface Sender {
  /** So many flows; each has `patience` seconds. Rejects if they could not be sent. */
  readonly send: (flows: number, patience: number) => Promise<Sent>;
  readonly stop: () => void;
}

export async function sender({ from, traffic }: Journey, to: Machine): Promise<Sender> {
  const source = new Namespace(from);
  switch (traffic.protocol) {
    case 'icmp':
      return { send: (_flows, patience) => ping(source, to.address, patience), stop: () => undefined };
    case 'udp':
      return { send: (flows) => datagrams(source, to.address, traffic.port, flows), stop: () => undefined };
    case 'tcp':
      return await sessions(source, to, traffic.port);
  }
}

let echoes = 0;
/** What ping ends with then; with another status if it could not send, for example. */
const NO_ANSWER = 1;

/** Each ping has an id of its own, by which its packets are known wherever they are seen. */
async function ping(source: Namespace, address: string, patience: number): Promise<Sent> {
  const id = 1 + ((echoes += 1) & 0x7fff);
  const command = `ping -n -e ${id} -c 1 -W ${patience} ${address}`;
  const { exitCode, stdout, stderr } = await source.attempt(command);
  if (exitCode === 0) return { answered: [id], complaints: [] };
  if (exitCode === NO_ANSWER) return { answered: [], complaints: ['no answer to the ping'] };
  throw new Error(`ping from ${source.name}: ${stderr || stdout || 'failed'}`);
}

/** Nobody answers them: whether they arrive is seen where they do. */
async function datagrams(source: Namespace, address: string, port: number, flows: number): Promise<Sent> {
  await sendFlows(source, address, flows, port);
  return { answered: [], complaints: [] };
}

async function sessions(source: Namespace, to: Machine, port: number): Promise<Sender> {
  const server = startScript(new Namespace(to.name), 'answer', String(port));
  const stop = atExit(() => server.kill('SIGKILL'));
  const lines = server[Symbol.asyncIterator]();
  const first = await lines.next();
  if (first.done === true) throw new Error(`no TCP server at port ${port} of ${to.name}`);
  return {
    send: async (flows, patience) => {
      const words = ['open', to.address, String(port), String(flows), String(patience)];
      const { stdout, stderr, exitCode } = await startScript(source, ...words);
      if (exitCode !== 0) throw new Error(`TCP from ${source.name}: ${stderr}`);
      const results = stdout.split('\n').filter((line) => line !== '');
      return {
        answered: results.map(Number).filter((own) => !Number.isNaN(own)),
        complaints: [...new Set(results.filter((line) => Number.isNaN(Number(line))))],
      };
    },
    stop,
  };
}

function startScript(place: Namespace, ...words: readonly string[]) {
  const script = join(import.meta.dirname, '../tcp-flows.mjs');
  const [file, ...rest] = [...place.prefix, 'node', script, ...words];
  return execa(file!, rest, { reject: false, stdin: 'ignore' });
}
