import { programVersion } from '../../../conf/version.ts';
import { freePort } from '../../support/free-port.ts';
import { attempt } from '../../support/programs.ts';
import { type Daemon, type DaemonOptions, startDaemon } from '../../support/speakers/daemon.ts';
import { startOriginal } from '../../support/speakers/original.ts';
import type { Contender, ContenderOptions, RunningContender } from './contender.ts';

export const bagpipe: Contender = {
  name: 'bagpipe-bgp',
  hasVrfs: true,
  mostRoutes: Infinity,
  pace: undefined,
  version: () => Promise.resolve(programVersion()),
  start: (options) => start(options, startDaemon),
};

/** The Python daemon. It loses its place in the stream of a peer that sends more than it can take. */
export const original: Contender = {
  name: 'Python bagpipe-bgp',
  hasVrfs: true,
  mostRoutes: 100_000,
  pace: 5000,
  async version() {
    const { status, output } = await attempt(['/usr/bin/bagpipe-bgp', '--version']).catch(() => ABSENT);
    return status === 0 ? output.trim().split(' ').at(-1) : undefined;
  },
  start: (options) => start(options, startOriginal),
};

const ABSENT = { status: 1, output: '' };

async function start(
  { directory, address, speaker }: ContenderOptions,
  startIt: (options: DaemonOptions) => Promise<Daemon>,
): Promise<RunningContender> {
  const { program, api } = await startIt({
    directory,
    name: 'contender',
    address,
    peers: [speaker.address],
    bgpPort: speaker.port,
    apiPort: await freePort(),
  });
  return {
    pid: program.pid,
    countRoutes: async () => Number(await api.lookingGlass('summary/route_counts/received_routes_count')),
    addVrf: (number, routeTarget) =>
      api.attach({
        vpn_type: 'ipvpn',
        vpn_instance_id: `vrf-${number}`,
        mac_address: macOf(number),
        ip_address: '10.255.0.1',
        gateway_ip: '10.255.0.254',
        local_port: { linuxif: `tap${number}` },
        import_rt: [routeTarget],
        export_rt: [routeTarget],
      }),
    stop: async () => {
      await program.stop();
    },
  };
}

function macOf(number: number): string {
  const digits = number.toString(16).padStart(6, '0');
  return `52:54:00:${digits.slice(0, 2)}:${digits.slice(2, 4)}:${digits.slice(4)}`;
}
