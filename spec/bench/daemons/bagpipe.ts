import { programVersion } from '../../../conf/version.ts';
import { attachment } from '../attachment.ts';
import { freePort } from '../../support/free-port.ts';
import { type Daemon, type DaemonOptions, startDaemon } from '../../support/speakers/daemon.ts';
import { startOriginal } from '../../support/speakers/original.ts';
import { observer } from '../observation.ts';
import type { Contender, ContenderOptions, RunningContender } from './contender.ts';
import { installedVersion } from './version.ts';

export const bagpipe: Contender = {
  name: 'bagpipe-bgp',
  hasVrfs: true,
  hasApi: true,
  isObservable: true,
  mostRoutes: Infinity,
  mostComparisons: Infinity,
  pace: undefined,
  poll: 20,
  version: () => Promise.resolve(programVersion()),
  start: (options) => start(options, startDaemon),
};

/** The Python daemon. It loses its place in the stream of a peer that sends more than it can take. */
export const original: Contender = {
  name: 'Python bagpipe-bgp',
  hasVrfs: true,
  hasApi: true,
  isObservable: false,
  mostRoutes: 100_000,
  mostComparisons: Infinity,
  pace: 500,
  // It goes through all routes to count them.
  poll: 500,
  version: () => installedVersion('/usr/bin/bagpipe-bgp', /(\S+)\s*$/),
  start: (options) => start(options, startOriginal),
};

async function start(
  { directory, address, speaker, vrfs, observed }: ContenderOptions,
  startIt: (options: DaemonOptions) => Promise<Daemon>,
): Promise<RunningContender> {
  const apiPort = await freePort();
  const observation = observed ? observer(directory) : undefined;
  const { program, api } = await startIt({
    directory,
    name: 'contender',
    address,
    peers: [speaker.address],
    bgpPort: speaker.port,
    apiPort,
    ...(observation && { environment: observation.environment }),
  });
  for (let number = 0; number < vrfs; number++) await api.attach(attachment(number, 1));
  return {
    pid: program.pid,
    apiUrl: `http://127.0.0.1:${apiPort}`,
    countRoutes: async () => Number(await api.lookingGlass('summary/route_counts/received_routes_count')),
    api,
    ...(observation && { observer: observation.observer }),
    stop: async () => {
      await program.stop();
    },
  };
}
