import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually, Hopeless } from '../eventually.ts';
import { type Program, type ProgramOptions, run, startProgram } from '../programs.ts';
import { AS_NUMBER } from './gobgp.ts';

/** A running bgpd of FRR, alone: without zebra, without routes in the kernel, with its files in one directory. */
export interface Frr {
  readonly program: Program;
  /** The JSON answer to a command of its terminal, e.g. `show bgp neighbors`; ` json` is added. */
  readonly show: (command: string) => Promise<unknown>;
  /** Lines of configuration, as typed after `configure terminal`. */
  readonly configure: (...lines: string[]) => Promise<void>;
}

export interface FrrOptions extends ProgramOptions {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly holdTime?: number;
  /** The text of its configuration file; made from the options above unless given. */
  readonly configuration?: string;
}

const BGPD = '/usr/lib/frr/bgpd';

/** Starts bgpd as a route reflector that waits for clients at `address`. */
export async function startFrr(options: FrrOptions): Promise<Frr> {
  // The name of the socket is fixed (bgpd.vty), so that each instance needs a directory.
  const directory = join(options.directory, options.name);
  mkdirSync(directory, { recursive: true });
  const configuration = join(directory, 'bgpd.conf');
  writeFileSync(configuration, options.configuration ?? reflector(options));
  const program = startProgram(
    options.name,
    [
      ...[BGPD, '-f', configuration, '--vty_socket', directory, '-i', join(directory, 'pid'), '-P', '0'],
      ...['-l', options.address, '-p', String(options.port), '--log', 'stdout', '-n', '-Z', '-S'],
    ],
    options,
  );
  const vtysh = (...commands: string[]): Promise<string> =>
    run(['vtysh', '--vty_socket', directory, ...commands.flatMap((command) => ['-c', command])]);
  await eventually(`${options.name} answers`, async () => {
    if (!program.isRunning()) throw new Hopeless(`bgpd has ended: ${program.output()}`);
    await vtysh('show bgp summary json');
  });
  return {
    program,
    show: async (command) => JSON.parse(await vtysh(`${command} json`)) as unknown,
    configure: async (...lines) => {
      await vtysh('configure terminal', ...lines);
    },
  };
}

function reflector(options: FrrOptions): string {
  const { address, holdTime = 90 } = options;
  const family = (name: string): string => `
 address-family ${name}
  neighbor compute-nodes activate
  neighbor compute-nodes route-reflector-client
 exit-address-family`;
  return `
hostname ${options.name}
router bgp ${AS_NUMBER}
 bgp router-id ${address}
 bgp cluster-id ${address}
 bgp log-neighbor-changes
 no bgp default ipv4-unicast
 ! a next hop such as 127.0.0.2, of specs that need no network
 bgp allow-martian-nexthop
 neighbor compute-nodes peer-group
 neighbor compute-nodes remote-as ${AS_NUMBER}
 neighbor compute-nodes passive
 neighbor compute-nodes timers ${Math.floor(holdTime / 3)} ${holdTime}
 bgp listen range 0.0.0.0/0 peer-group compute-nodes
${family('ipv4 vpn')}
${family('l2vpn evpn')}
`;
}
