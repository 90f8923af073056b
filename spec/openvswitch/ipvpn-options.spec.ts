import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { MPLS_BRIDGE } from '../lab/bridges.ts';
import type { ComputeNode } from '../lab/compute-node.ts';
import { attach, detach, type Machine } from '../lab/machine.ts';
import { buildOverlay } from '../lab/overlay.ts';
import { allReach } from '../lab/reachability.ts';
import type { SwitchState } from '../lab/switch-state.ts';
import { addVrfMachine, ipvpnDataplane } from '../lab/vrf-machine.ts';
import { cleanUp } from '../support/at-exit.ts';
import { needsRoot } from '../support/needs.ts';

/**
 * A bridge that does other things, too: table 0 is somebody else's, who hands packets on to table 5. The tests tell one
 * story, in order.
 */
const ipvpn = suite('IP VPN over Open vSwitch: options');

const MTU = 1300;
const OPTIONS = {
  input_table: 5,
  ovs_table_id_start: 20,
  gre_tunnel: 'mpls-over-gre',
  gre_tunnel_options: 'packet_type=legacy_l3, tos=inherit',
  ovsbr_interfaces_mtu: MTU,
};

let a: ComputeNode;
let machines: readonly Machine[];
let before: SwitchState;

async function bridge(): Promise<SwitchState[string]> {
  return (await a.openVswitch.dump())[MPLS_BRIDGE]!;
}

ipvpn('packets find their way through other tables, and another port', async () => {
  const overlay = await buildOverlay({
    reflector: 'gobgp',
    nodes: ['a', 'b'],
    dataplane: ipvpnDataplane(OPTIONS),
  });
  for (const { openVswitch } of overlay.nodes) {
    await openVswitch.program(MPLS_BRIDGE, 'flow add cookie=0x77,table=0,priority=1,actions=resubmit(,5)');
  }
  a = overlay.nodes[0]!;
  before = await a.openVswitch.dump();
  machines = await Promise.all(
    overlay.nodes.map((node, index) =>
      addVrfMachine({
        vrf: 'red',
        routeTarget: 10,
        node,
        name: `vm${index + 1}`,
        address: `1${index + 1}.0.0.1`,
        mac: `02:00:00:00:00:0${index + 1}`,
      }),
    ),
  );
  for (const machine of machines) await attach(machine);
  await allReach(machines);
});

ipvpn.after(cleanUp);

ipvpn('what is ours is in these tables only', async () => {
  const { flows, ports } = await bridge();
  const tables = flows
    .filter((flow) => flow.includes('cookie=0xba61b1'))
    .map((flow) => /table=(\d+)/.exec(flow)?.[1]);
  assert.equal([...new Set(tables)].sort(), ['20', '21', '5']);
  const tunnel = ports.find((port) => port.startsWith('mpls-over-gre '));
  assert.match(tunnel ?? '', /type:gre .*packet_type=legacy_l3,remote_ip=flow,tos=inherit/);
});

ipvpn('an interface that the driver adds gets the MTU', async () => {
  const links = (await a.namespace.json('ip -j link show dev vm1')) as { mtu: number }[];
  assert.is(links[0]!.mtu, MTU);
});

ipvpn('nothing of it is left', async () => {
  for (const machine of machines) await detach(machine);
  assert.equal(await a.openVswitch.dump(), before);
});

if (needsRoot('IP VPN over Open vSwitch: options')) ipvpn.run();
