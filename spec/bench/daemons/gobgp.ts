import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import { attempt, run, startProgram } from '../../support/programs.ts';
import { eventually } from '../../support/eventually.ts';
import { AS_NUMBER } from '../../support/speakers/gobgp.ts';
import type { Contender } from './contender.ts';

export const gobgp: Contender = {
  name: 'GoBGP',
  hasVrfs: false,
  mostRoutes: Infinity,
  pace: undefined,
  async version() {
    const { status, output } = await attempt(['gobgpd', '--version']).catch(() => ({
      status: 1,
      output: '',
    }));
    return status === 0 ? output.trim().split(' ').at(-1) : undefined;
  },
  async start({ directory, address, speaker }) {
    const configuration = join(directory, 'gobgpd.toml');
    const socket = join(directory, 'gobgpd.sock');
    writeFileSync(configuration, text(address, speaker));
    const program = startProgram(
      'gobgpd',
      ['gobgpd', '-f', configuration, '--api-hosts', `unix://${socket}`, '--pprof-disable', '-l', 'error'],
      { directory },
    );
    const summary = (): Promise<string> =>
      run(['gobgp', '--target', `unix://${socket}`, 'neighbor', speaker.address]);
    await eventually('gobgpd answers', summary);
    return {
      pid: program.pid,
      countRoutes: async () => Number(/Accepted:\s+(\d+)/.exec(await summary())?.[1] ?? 0),
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
