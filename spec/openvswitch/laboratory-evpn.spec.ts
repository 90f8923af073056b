import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { plugIntoVlan, TUNNEL_BRIDGE } from '../lab/bridges.ts';
import { ComputeNode } from '../lab/compute-node.ts';
import { addMachine, type Machine } from '../lab/machine.ts';
import { answers, reaches } from '../lab/reachability.ts';
import { tcp } from '../lab/traffic.ts';
import { buildUnderlay } from '../lab/underlay.ts';
import { atExit, cleanUp } from '../support/at-exit.ts';
import { needsRoot } from '../support/needs.ts';
import { Laboratory } from '../support/network-namespace.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

/** The laboratory itself: an E-VPN between two nodes, with flows written by hand beside those of Neutron. */
const laboratory = suite('laboratory: E-VPN over Open vSwitch, by hand');

const RED = { id: 'red', number: 30 };
/** Each node has a VNI and a VLAN of its own for the network. */
const VNI = { a: 77, b: 88 };
const VLAN = { a: 42, b: 43 };

let a: ComputeNode;
let b: ComputeNode;
let near: Machine;
let far: Machine;
let stranger: Machine;

laboratory('machines are plugged into their VLANs', async () => {
  const namespaces = new Laboratory();
  atExit(() => namespaces.destroyNow());
  const files = { directory: temporaryDirectory().path };
  const underlay = await buildUnderlay(namespaces);
  a = await ComputeNode.add('a', underlay, files, { openVswitch: true });
  b = await ComputeNode.add('b', underlay, files, { openVswitch: true });
  near = await addMachine({ node: a, network: RED, host: 1 });
  far = await addMachine({ node: b, network: RED, host: 2 });
  stranger = await addMachine({ node: a, network: RED, host: 3 });
  await plugIntoVlan(a.openVswitch, near.name, VLAN.a);
  await plugIntoVlan(b.openVswitch, far.name, VLAN.b);
  await plugIntoVlan(a.openVswitch, stranger.name, 50);
  const { ports } = (await a.openVswitch.dump())['br-int']!;
  assert.ok(ports.includes(`${near.name} tag:42`));
});

laboratory.after(cleanUp);

laboratory('without tunnels they are apart', async () => {
  assert.not(await answers(near, far));
});

laboratory('frames pass between the nodes', async () => {
  await program(a, far, { own: VNI.a, remote: VNI.b }, VLAN.a);
  await program(b, near, { own: VNI.b, remote: VNI.a }, VLAN.b);
  await reaches(near, far);
  await reaches(far, near);
  await tcp(near.namespace, far.namespace, far.address);
});

laboratory('another VLAN stays apart', async () => {
  assert.not(await answers(stranger, near));
  assert.not(await answers(stranger, far));
});

async function program(
  node: ComputeNode,
  remote: Machine,
  vni: { readonly own: number; readonly remote: number },
  vlan: number,
): Promise<void> {
  const { openVswitch } = node;
  const options = `options:local_ip=${node.address} options:remote_ip=flow options:key=flow`;
  await openVswitch.addPort(TUNNEL_BRIDGE, 'vxlan0', `type=vxlan ${options}`);
  const [tunnel, inside] = [
    await openVswitch.portNumber('vxlan0'),
    await openVswitch.portNumber('patch-int'),
  ];
  const send = `pop_vlan,set_field:${vni.remote}->tun_id,set_field:${remote.node.address}->tun_dst,output:${tunnel}`;
  await openVswitch.program(
    TUNNEL_BRIDGE,
    `flow add table=0,priority=1,in_port=${tunnel},actions=resubmit(,4)
     flow add table=4,priority=5,tun_id=${vni.own},actions=push_vlan:0x8100,set_field:${4096 + vlan}->vlan_vid,output:${inside}
     flow add table=20,priority=5,dl_vlan=${vlan},dl_dst=${remote.attachment.mac_address},actions=${send}
     group add group_id=1,type=all,bucket=bucket_id=0,actions=${send}
     flow add table=22,priority=5,dl_vlan=${vlan},actions=group:1`,
  );
}

if (needsRoot('laboratory: Open vSwitch')) laboratory.run();
