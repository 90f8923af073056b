import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { execa } from 'execa';
import { freePort } from '../support/free-port.ts';
import { builtCommand, startDaemon, type Daemon } from '../support/speakers/daemon.ts';
import { startGobgp, type Gobgp } from '../support/speakers/gobgp.ts';
import { hostOf, readReflectorSample } from '../support/speakers/reflector-sample.ts';
import type { TemporaryDirectory } from '../support/temporary-directory.ts';
import { eventually } from '../support/eventually.ts';
import { assertEstablished } from '../support/looking-glass.ts';

/**
 * The network that the documents speak of, here on loopback: a route reflector 192.0.2.1, the address of a second one
 * where nobody listens, and two compute nodes, with dataplanes that do nothing and the API where it is by default.
 */
export interface Laboratory {
  /** Types a command at the prompt of a node; what it prints, on both outputs. */
  readonly type: (place: string, command: string) => Promise<string>;
  /** Puts a file where commands typed there find it. */
  readonly write: (place: string, file: string, text: string) => void;
  /** A page of the looking glass of the first node, by its path; undefined unless it is answered with 200. */
  readonly look: (path: string) => Promise<unknown>;
  readonly stop: () => Promise<void>;
}

/** Hosts of 192.0.2.0/24 have the same number in 127.0.<NETWORK>.0/24. */
const NETWORK = 92;
const SHOWN_API_PORT = '8082';
const SHOWN_BGP_PORT = '179';
const REFLECTOR = 1;
const ABSENT_REFLECTOR = 2;

/** Prompts, and the number of the host that they are on. */
const NODES: Readonly<Record<string, number>> = { '': 11, node2: 12 };

export async function startLaboratory({ path }: TemporaryDirectory): Promise<Laboratory> {
  const bgpPort = await freePort(hostOf({ network: NETWORK }, REFLECTOR));
  const reflector = await startGobgp({
    name: 'reflector',
    directory: path,
    address: host(REFLECTOR),
    port: bgpPort,
    configuration: readReflectorSample('gobgpd.toml', { network: NETWORK, port: bgpPort }),
  });
  // A session that needs a second attempt leaves a warning, which the documents do not show.
  await eventually('the reflector listens', () => connects(host(REFLECTOR), bgpPort));
  const nodes = new Map<string, Node>();
  for (const [place, number] of Object.entries(NODES)) {
    nodes.set(place, await startNode(path, `node${number}`, number, bgpPort));
  }
  const find = (place: string): Node => {
    const node = nodes.get(place);
    if (node === undefined) throw new Error(`there is no node "${place}"`);
    return node;
  };
  return {
    type: (place, command) => type(find(place), command),
    write: (place, file, text) => writeFileSync(join(find(place).home, file), toLoopback(text)),
    look: async (path) => {
      const { status, body } = await find('').daemon.api.send('GET', path);
      return status === 200 ? (JSON.parse(body) as unknown) : undefined;
    },
    stop: () => stopAll(reflector, [...nodes.values()]),
  };
}

interface Node {
  readonly daemon: Daemon;
  readonly apiPort: number;
  /** Of the reflector. */
  readonly bgpPort: number;
  /** Where one is when one types. */
  readonly home: string;
  /** The directory of the commands: ours, and curl, that find the daemon of this node without being told. */
  readonly bin: string;
}

function connects(address: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: address, port });
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.destroy();
      resolve();
    });
  });
}

function host(number: number): string {
  return hostOf({ network: NETWORK }, number);
}

async function startNode(directory: string, name: string, number: number, bgpPort: number): Promise<Node> {
  const apiPort = await freePort();
  const daemon = await startDaemon({
    name,
    directory,
    address: host(number),
    peers: [host(REFLECTOR), host(ABSENT_REFLECTOR)],
    bgpPort,
    apiPort,
  });
  await eventually(`${name} has a session`, () => assertEstablished(daemon.api, host(REFLECTOR)));
  const [home, bin] = [join(directory, name), join(directory, name, 'bin')];
  mkdirSync(bin, { recursive: true });
  for (const tool of ['bagpipe-rest-attach', 'bagpipe-looking-glass', 'bagpipe-impex2dot']) {
    addCommand(bin, tool, [...builtCommand(tool), '--config-file', daemon.configurationFile]);
  }
  addCommand(bin, 'bagpipe-bgp', builtCommand('bagpipe-bgp'));
  addCommand(bin, 'curl', [
    '/usr/bin/curl',
    "--noproxy '*'",
    '--connect-to',
    `127.0.0.1:${SHOWN_API_PORT}:127.0.0.1:${apiPort}`,
  ]);
  return { daemon, apiPort, bgpPort, home, bin };
}

function addCommand(bin: string, name: string, words: readonly string[]): void {
  const path = join(bin, name);
  writeFileSync(path, `#!/bin/sh\nexec ${words.join(' ')} "$@"\n`);
  chmodSync(path, 0o755);
}

async function type({ home, bin, apiPort, bgpPort }: Node, command: string): Promise<string> {
  const { all } = await execa('sh', ['-c', toLoopback(command)], {
    ...{ cwd: home, reject: false, all: true, stdin: 'ignore', timeout: 30_000 },
    env: { PATH: `${bin}:${process.env['PATH'] ?? ''}` },
  });
  return all
    .replaceAll(new RegExp(`\\b${apiPort}\\b`, 'g'), SHOWN_API_PORT)
    .replaceAll(new RegExp(`\\b${bgpPort}\\b`, 'g'), SHOWN_BGP_PORT)
    .replaceAll(LOOPBACK_PREFIX, SHOWN_PREFIX);
}

const SHOWN_PREFIX = '192.0.2.';
const LOOPBACK_PREFIX = hostOf({ network: NETWORK }, 0).slice(0, -1);

function toLoopback(text: string): string {
  return text.replaceAll(SHOWN_PREFIX, LOOPBACK_PREFIX);
}

async function stopAll(reflector: Gobgp, nodes: readonly Node[]): Promise<void> {
  for (const { daemon } of nodes) await daemon.program.stop();
  await reflector.program.stop('SIGKILL');
}
