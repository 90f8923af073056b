import { join } from 'node:path';
import { cleanUp } from '../../support/at-exit.ts';
import { mplsKernel } from '../../lab/mpls-kernel.ts';
import type { IpvpnLoad } from '../ipvpn-load.ts';
import type { Row, Section } from '../section.ts';

const LOADS: readonly IpvpnLoad[] = [
  { vrfs: 1, prefixes: 10_000, nextHops: 1 },
  { vrfs: 1, prefixes: 10_000, nextHops: 2 },
  { vrfs: 100, prefixes: 100, nextHops: 1 },
  { vrfs: 1, prefixes: 50_000, nextHops: 1 },
];

const WORKER = join(import.meta.dirname, '../kernel-worker.ts');

/** In seconds. */
const PATIENCE = 120;

export const kernelSink: Section = {
  name: 'kernel-sink',
  title: 'Dataplane: IP VPN of the kernel',
  about:
    'Remote prefixes are handed to the sink; it programs VRF tables with labels, for MPLS on Ethernet. Time is from the ' +
    'first intent to the last confirmation, when the kernel has taken the last route. Where the kernel of this machine ' +
    'has no MPLS, all of it, the sink too, runs inside of a User-Mode Linux, which has one processor and is slower than ' +
    'its host. "blocked" is the longest time that the event loop was blocked. CPU time is that of the sink and of the ' +
    'tools that it runs.',
  async measure({ tell }) {
    const { isHost, run } = await mplsKernel();
    if (!isHost)
      tell('kernel-sink: in a User-Mode Linux: the kernel of this machine has no MPLS, or we are not root');
    const rows: Row[] = [];
    for (const load of LOADS) {
      const { vrfs, prefixes, nextHops } = load;
      tell(`kernel-sink: ${vrfs} VRFs, ${prefixes} prefixes each, ${nextHops} next hops ...`);
      const { status, output } = await run(['node', '--import', 'tsx', WORKER, JSON.stringify(load)], {
        patience: PATIENCE,
      });
      if (status !== 0) throw new Error(`kernel-sink: ${output}`);
      rows.push(JSON.parse(output.trim().split('\n').at(-1)!) as Row);
    }
    cleanUp();
    return rows;
  },
};
