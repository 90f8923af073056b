import type { Intent } from '../../lib/dataplane/intent.ts';
import { linuxEvpnSink } from '../../streams/sinks/linux-evpn.ts';
import { Laboratory, type Namespace } from '../support/network-namespace.ts';
import { BENCH_LOG, type Effort, MeasuredSink } from './measured-sink.ts';

/** The address of the node, which its tunnels start from. */
const LOCAL_ADDRESS = '10.77.0.1';

/** A network namespace with the E-VPN sink at work in it, in this process. */
export interface LinuxNode {
  readonly namespace: Namespace;
  /** Hands intents over as fast as the sink takes them, and resolves when all are confirmed; a fault rejects. */
  readonly carryOut: (intents: readonly Intent[]) => Promise<Effort>;
  /** Entries that somebody made in the tables of the bridges and of the VXLAN devices. */
  readonly countFdbEntries: () => Promise<number>;
  readonly countNeighbours: () => Promise<number>;
}

/** Makes a node for as long as `use` runs. */
export async function withLinuxNode<T>(use: (node: LinuxNode) => Promise<T>): Promise<T> {
  const laboratory = new Laboratory();
  let sink: MeasuredSink | undefined;
  try {
    const namespace = await laboratory.namespace('node');
    await namespace.script(`
      ip link add eth0 type veth peer name eth1
      ip address add ${LOCAL_ADDRESS}/24 dev eth0
      ip link set eth0 up
    `);
    const measured = new MeasuredSink(
      linuxEvpnSink({
        localAddress: LOCAL_ADDRESS,
        rootHelper: namespace.prefix,
        vxlanDstPort: 4789,
        log: BENCH_LOG,
      }),
    );
    sink = measured;
    return await use({
      namespace,
      carryOut: (intents) => measured.carryOut(intents),
      countFdbEntries: () => countLines(namespace, 'bridge fdb show', /^(?!33:33|01:00).* (static|dst) ?/),
      countNeighbours: () => countLines(namespace, 'ip neigh show nud permanent', /lladdr/),
    });
  } finally {
    sink?.stop();
    await laboratory.destroy();
  }
}

async function countLines(namespace: Namespace, command: string, pattern: RegExp): Promise<number> {
  return (await namespace.run(command)).split('\n').filter((line) => pattern.test(line)).length;
}
