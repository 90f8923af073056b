import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import { run, startProgram } from '../../support/programs.ts';
import { eventually } from '../../support/eventually.ts';
import { AS_NUMBER } from '../../support/speakers/gobgp.ts';
import type { Contender } from './contender.ts';
import { installedVersion } from './version.ts';

export const gobgp: Contender = {
  name: 'GoBGP',
  hasVrfs: true,
  hasApi: false,
  isObservable: false,
  mostRoutes: Infinity,
  // It compares each route with each VRF: 8 µs of CPU time each.
  mostComparisons: 10_000_000,
  pace: undefined,
  poll: 50,
  version: () => installedVersion('gobgpd', /(\S+)\s*$/),
  async start({ directory, address, speaker, vrfs }) {
    const configuration = join(directory, 'gobgpd.toml');
    const socket = join(directory, 'gobgpd.sock');
    writeFileSync(
      configuration,
      text(address, speaker) + Array.from({ length: vrfs }, (_, number) => vrf(number)).join(''),
    );
    const program = startProgram(
      'gobgpd',
      ['gobgpd', '-f', configuration, '--api-hosts', `unix://${socket}`, '--pprof-disable', '-l', 'error'],
      { directory },
    );
    const ask = (...words: string[]): Promise<string> =>
      run(['gobgp', '--target', `unix://${socket}`, ...words]);
    await eventually('gobgpd answers', () => ask('neighbor'));
    return {
      pid: program.pid,
      async countRoutes() {
        // The list, since the page of one neighbour takes many times the work.
        const [, accepted] = /\|\s+\d+\s+(\d+)/.exec(await ask('neighbor')) ?? [];
        if (accepted !== '0') return Number(accepted);
        // A neighbour that is gone is said to have none before the table has lost them.
        const table = await ask('global', 'rib', 'summary', '-a', 'vpnv4');
        return Number(/Destination: (\d+)/.exec(table)?.[1]);
      },
      stop: async () => {
        await program.stop();
      },
    };
  },
};

function text(address: string, speaker: { readonly address: string; readonly port: number }): string {
  return `
[global.config]
  as = ${AS_NUMBER}
  router-id = "${address}"
  port = -1
[[neighbors]]
  [neighbors.config]
    neighbor-address = "${speaker.address}"
    peer-as = ${AS_NUMBER}
  [neighbors.transport.config]
    remote-port = ${speaker.port}
    local-address = "${address}"
  [neighbors.timers.config]
    connect-retry = 1
    hold-time = 90
  [[neighbors.afi-safis]]
    [neighbors.afi-safis.config]
      afi-safi-name = "l3vpn-ipv4-unicast"
`;
}

function vrf(number: number): string {
  return `
[[vrfs]]
  [vrfs.config]
    name = "vrf-${number}"
    id = ${number + 1}
    rd = "${AS_NUMBER}:${number}"
    both-rt-list = ["${AS_NUMBER}:${number}"]
`;
}
