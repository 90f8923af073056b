import { join } from 'node:path';
import { cleanUp } from '../../support/at-exit.ts';
import { attempt } from '../../support/programs.ts';
import { UserModeLinux } from '../../lab/user-mode-linux.ts';
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
    const measureHere = await kernelOf(tell);
    const rows: Row[] = [];
    for (const load of LOADS) {
      const { vrfs, prefixes, nextHops } = load;
      tell(`kernel-sink: ${vrfs} VRFs, ${prefixes} prefixes each, ${nextHops} next hops ...`);
      const { status, output } = await measureHere(['node', '--import', 'tsx', WORKER, JSON.stringify(load)]);
      if (status !== 0) throw new Error(`kernel-sink: ${output}`);
      rows.push(JSON.parse(output.trim().split('\n').at(-1)!) as Row);
    }
    cleanUp();
    return rows;
  },
};

type RunHere = (
  command: readonly string[],
) => Promise<{ readonly status: number | null; readonly output: string }>;

/** Runs commands on a kernel that has MPLS. */
async function kernelOf(tell: (progress: string) => void): Promise<RunHere> {
  const hasMpls = (await attempt(['modprobe', '-a', 'mpls_router', 'mpls_iptunnel', 'vrf'])).status === 0;
  if (hasMpls && process.getuid?.() === 0) return attempt;
  tell(
    'kernel-sink: the kernel of this machine has no MPLS (or we are not root): a User-Mode Linux is started ...',
  );
  const machine = await UserModeLinux.boot();
  return (command) => machine.run(command, { patience: PATIENCE });
}
