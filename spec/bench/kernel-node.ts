import { linuxIpvpnSink } from '../../streams/sinks/linux-ipvpn.ts';
import { Laboratory } from '../support/network-namespace.ts';
import type { IpvpnNode } from './ipvpn-load.ts';
import { BENCH_LOG, MeasuredSink } from './measured-sink.ts';

const LOCAL_ADDRESS = '10.77.0.1';

/**
 * Makes a node whose kernel forwards by VRF devices and MPLS on Ethernet, with the IP VPN sink at work on it, in this
 * process, for as long as `use` runs.
 */
export async function withKernelNode<T>(use: (node: IpvpnNode) => Promise<T>): Promise<T> {
  const laboratory = new Laboratory();
  let sink: MeasuredSink | undefined;
  try {
    const node = await laboratory.namespace('node');
    await laboratory.link(node, 'eth0', await laboratory.namespace('elsewhere'), 'eth0');
    await node.run(`ip addr add ${LOCAL_ADDRESS}/24 dev eth0`);
    const made = linuxIpvpnSink(
      { localAddress: LOCAL_ADDRESS, rootHelper: node.prefix, log: BENCH_LOG },
      { localAddress: LOCAL_ADDRESS, mplsInterface: 'eth0' },
    );
    const prepared = await made.prepare();
    if (!prepared.ok) throw new Error(prepared.fault.reason);
    const measured = new MeasuredSink(made);
    sink = measured;
    return await use({
      carryOut: (intents) => measured.carryOut(intents),
      counts: async () => {
        const routes = await node.run('ip -oneline route show table all proto 19');
        const lines = routes.split('\n').filter((line) => line !== '');
        return {
          prefixes: lines.length,
          ofSeveralWays: lines.filter((line) => line.includes('nexthop')).length,
        };
      },
    });
  } finally {
    sink?.stop();
    await laboratory.destroy();
  }
}
