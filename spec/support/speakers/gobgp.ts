import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually, Hopeless } from '../eventually.ts';
import { attempt, type Program, type ProgramOptions, run, startProgram } from '../programs.ts';
import { type GobgpRoute, readGobgpTable } from './gobgp-route.ts';

/** A running gobgpd, and what its command line client can ask and tell it. */
export interface Gobgp {
  readonly program: Program;
  /** The paths of the table, or of what one neighbour has sent. Families as `gobgp -a` names them. */
  readonly routes: (family: GobgpFamily) => Promise<GobgpRoute[]>;
  readonly receivedFrom: (neighbour: string, family: GobgpFamily) => Promise<GobgpRoute[]>;
  readonly neighbours: () => Promise<GobgpNeighbour[]>;
  /** `inject('evpn', 'macadv 52:54:…')`: the words of `gobgp global rib add`; `withdraw` with the same words. */
  readonly inject: (family: InjectableFamily, words: string) => Promise<void>;
  readonly withdraw: (family: InjectableFamily, words: string) => Promise<void>;
}

export type GobgpFamily = 'evpn' | 'vpnv4' | 'rtc';
export type InjectableFamily = GobgpFamily | 'ipv4-l3vpn-flowspec';

export interface GobgpNeighbour {
  readonly address: string;
  readonly established: boolean;
  readonly holdTime: number;
  /** Counts of messages received from it, by kind. */
  readonly received: Readonly<Record<string, number>>;
}

export interface GobgpOptions extends ProgramOptions {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  /** Without it gobgpd is a route reflector that waits for clients; with it, a client of the speaker there. */
  readonly connectTo?: string;
  readonly families?: readonly GobgpFamily[];
  readonly holdTime?: number;
  /** The text of its configuration file; made from the options above unless given. */
  readonly configuration?: string;
}

const CONFIGURATION_NAME: Record<GobgpFamily | 'flowspec', string> = {
  evpn: 'l2vpn-evpn',
  vpnv4: 'l3vpn-ipv4-unicast',
  flowspec: 'l3vpn-ipv4-flowspec',
  rtc: 'rtc',
};

export const AS_NUMBER = 64512;

/** Starts gobgpd and waits until it answers. */
export async function startGobgp(options: GobgpOptions): Promise<Gobgp> {
  const configuration = join(options.directory, `${options.name}.toml`);
  // A Unix socket can be reached from any network namespace.
  const socket = join(options.directory, `${options.name}.sock`);
  // One that was killed leaves it.
  rmSync(socket, { force: true });
  const made = (): string => (options.connectTo === undefined ? reflector(options) : client(options));
  writeFileSync(configuration, options.configuration ?? made());
  const program = startProgram(
    options.name,
    ['gobgpd', '-f', configuration, '--api-hosts', `unix://${socket}`, '--pprof-disable'],
    options,
  );
  const ask = async (...words: string[]): Promise<unknown> => {
    const text = await run(['gobgp', '--target', `unix://${socket}`, '-j', ...words]);
    return JSON.parse(text === '' ? '{}' : text);
  };
  const tell = async (verb: 'add' | 'del', family: InjectableFamily, words: string): Promise<void> => {
    const { output } = await attempt([
      ...['gobgp', '--target', `unix://${socket}`, 'global', 'rib', '-a', family, verb],
      ...words.split(' '),
    ]);
    // The client says what is wrong and exits with 0.
    if (output.trim() !== '') throw new Error(`gobgp ${verb} ${family} ${words}: ${output}`);
  };
  await eventually(`${options.name} answers`, () => {
    if (!program.isRunning()) throw new Hopeless(`gobgpd has ended: ${program.output()}`);
    if (!existsSync(socket)) throw new Error('no socket yet');
    return ask('global');
  });
  return {
    program,
    routes: async (family) => readGobgpTable(await ask('global', 'rib', '-a', family)),
    receivedFrom: async (neighbour, family) =>
      readGobgpTable(await ask('neighbor', neighbour, 'adj-in', '-a', family)),
    neighbours: async () => ((await ask('neighbor')) as RawNeighbour[]).map(readNeighbour),
    inject: (family, words) => tell('add', family, words),
    withdraw: (family, words) => tell('del', family, words),
  };
}

interface RawNeighbour {
  readonly state: {
    readonly neighbor_address: string;
    readonly session_state?: number;
    readonly messages?: { readonly received?: Record<string, number> };
  };
  readonly timers?: { readonly state?: { readonly negotiated_hold_time?: number } };
}

/** `session_state` of the API of gobgpd. */
const ESTABLISHED = 6;

function readNeighbour(raw: RawNeighbour): GobgpNeighbour {
  return {
    address: raw.state.neighbor_address,
    established: raw.state.session_state === ESTABLISHED,
    holdTime: raw.timers?.state?.negotiated_hold_time ?? 0,
    received: raw.state.messages?.received ?? {},
  };
}

function reflector(options: GobgpOptions): string {
  return `
[global.config]
  as = ${AS_NUMBER}
  router-id = "${options.address}"
  port = ${options.port}
  local-address-list = ["${options.address}"]
[[peer-groups]]
  [peer-groups.config]
    peer-group-name = "compute-nodes"
    peer-as = ${AS_NUMBER}
  [peer-groups.route-reflector.config]
    route-reflector-client = true
    route-reflector-cluster-id = "${options.address}"
  [peer-groups.transport.config]
    passive-mode = true
${timers('peer-groups', options)}${families('peer-groups', options)}
[[dynamic-neighbors]]
  [dynamic-neighbors.config]
    prefix = "0.0.0.0/0"
    peer-group = "compute-nodes"
`;
}

function client(options: GobgpOptions): string {
  return `
[global.config]
  as = ${AS_NUMBER}
  router-id = "${options.address}"
  port = -1
[[neighbors]]
  [neighbors.config]
    neighbor-address = "${options.connectTo}"
    peer-as = ${AS_NUMBER}
  [neighbors.transport.config]
    remote-port = ${options.port}
    local-address = "${options.address}"
${timers('neighbors', options)}${families('neighbors', options)}
`;
}

function timers(parent: string, { holdTime, connectTo }: GobgpOptions): string {
  const hold =
    holdTime === undefined
      ? ''
      : `    hold-time = ${holdTime}\n    keepalive-interval = ${Math.max(1, Math.floor(holdTime / 3))}\n`;
  const retry = connectTo === undefined ? '' : '    connect-retry = 1\n';
  return hold + retry === '' ? '' : `  [${parent}.timers.config]\n${hold}${retry}`;
}

function families(parent: string, options: GobgpOptions): string {
  const names = options.families ?? ['evpn', 'vpnv4', 'flowspec', 'rtc'];
  return names
    .map(
      (name) =>
        `  [[${parent}.afi-safis]]\n    [${parent}.afi-safis.config]\n` +
        `      afi-safi-name = "${CONFIGURATION_NAME[name]}"\n`,
    )
    .join('');
}
