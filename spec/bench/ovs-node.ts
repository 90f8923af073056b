import { IPVPN_OWNER } from '../../lib/dataplane/ovs/owner.ts';
import { OvsTools } from '../../streams/sinks/ovs-tools.ts';
import { ovsIpvpnSink } from '../../streams/sinks/ovs-ipvpn.ts';
import { runProcess } from '../../streams/sinks/run-batch.ts';
import { OpenVswitch } from '../lab/open-vswitch.ts';
import { Laboratory } from '../support/network-namespace.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { DEFAULT_SETTINGS } from '../support/sink-settings.ts';
import type { IpvpnNode } from './ipvpn-load.ts';
import { BENCH_LOG, MeasuredSink } from './measured-sink.ts';

const LOCAL_ADDRESS = '10.77.0.1';
const BRIDGE = 'br-mpls';

/**
 * Makes a node with an Open vSwitch of its own, which forwards in user space, and the IP VPN sink at work on it, in this
 * process, for as long as `use` runs.
 */
export async function withOvsNode<T>(use: (node: IpvpnNode) => Promise<T>): Promise<T> {
  const laboratory = new Laboratory();
  const directory = temporaryDirectory();
  let sink: MeasuredSink | undefined;
  let openVswitch: OpenVswitch | undefined;
  try {
    const namespace = await laboratory.namespace('node');
    openVswitch = new OpenVswitch(namespace, {
      files: { directory: directory.path },
      name: 'ovs',
      datapath: 'netdev',
    });
    await openVswitch.start();
    await openVswitch.vsctl(`add-br ${BRIDGE} -- set bridge ${BRIDGE} datapath_type=netdev fail_mode=secure`);
    const rootHelper = [
      ...namespace.prefix,
      'env',
      ...Object.entries(openVswitch.environment).map(([name, value]) => `${name}=${value}`),
    ];
    const made = ovsIpvpnSink(
      { localAddress: LOCAL_ADDRESS, rootHelper, log: BENCH_LOG },
      { ...DEFAULT_SETTINGS.ovsIpvpn, bridge: BRIDGE, localAddress: LOCAL_ADDRESS },
    );
    const prepared = await made.prepare();
    if (!prepared.ok) throw new Error(prepared.fault.reason);
    const measured = new MeasuredSink(made);
    sink = measured;
    const tools = new OvsTools(runProcess, rootHelper, { bridge: BRIDGE, owner: IPVPN_OWNER });
    return await use({
      carryOut: (intents) => measured.carryOut(intents),
      counts: async () => {
        const [flows, groups] = [await tools.flows(), await tools.groups()];
        return {
          prefixes: flows.ok ? flows.value : NaN,
          ofSeveralWays: groups.ok ? groups.value.length : NaN,
        };
      },
    });
  } finally {
    sink?.stop();
    await openVswitch?.stop();
    await laboratory.destroy();
    directory.remove();
  }
}
