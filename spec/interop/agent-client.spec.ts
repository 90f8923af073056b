import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { cleanUp } from '../support/at-exit.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { type NeutronAgent, startNeutronAgent } from '../support/neutron-agent.ts';
import {
  type Bgpvpn,
  type Network,
  type Port,
  type Primitive,
  chainHop,
  networkAssociation,
  portDetails,
  tapOf,
} from '../support/neutron-objects.ts';
import { only } from '../support/only.ts';
import { type Daemon, startDaemon } from '../support/speakers/daemon.ts';
import { startOriginal } from '../support/speakers/original.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { addresses, attachments, endpoints, instance, instanceIds, routeTargets } from './agent-view.ts';

/**
 * The Neutron agents of the original drive this daemon, unmodified. Of them is real what Debian has packaged: the
 * extensions `bagpipe` (tenant networks as E-VPNs), `bagpipe_bgpvpn` and `bagpipe_sfc`, loaded by the extension
 * manager of Neutron; the REST client that they share, with its own polling of `/ping` by oslo.service at the interval
 * that its option `ping_interval` says; versioned objects and oslo.messaging with its in-memory transport; the
 * configuration files. Not real are the two ends of an agent: the Neutron server (`agent_client.py` answers pulls and
 * pushes objects that this file makes, in their serialised form) and the switch (no Open vSwitch, no tap devices).
 * Every request but those of the tests of errors is made by code of the original.
 */
const agents = suite('Neutron agents of the original');

const NETWORK_A: Network = network('c885d867-0cd8-4e20-8946-aaa895d23fd7', 101, '10.50.0');
const NETWORK_B: Network = network('41ffc182-8dd2-4f20-b979-02a0fe906ad4', 119, '10.1.0');
const A1 = port('a3b29b5f-72a6-4038-abe7-3d082b954de2', NETWORK_A, 'fa:16:3e:de:62:46', '10.50.0.11');
const A2 = port('928fd35d-a8f7-4ee0-b46f-c1b0bd572fef', NETWORK_A, 'fa:16:3e:46:be:e0', '10.50.0.12');
const B1 = port('4e944337-d8ce-4c58-8085-f48472ff5707', NETWORK_B, 'fa:16:3e:45:a1:a6', '10.1.0.11');
const B2 = port('a972235c-7773-45d4-b1e2-b29e43401d44', NETWORK_B, 'fa:16:3e:09:3f:c7', '10.1.0.12');

const RED: Bgpvpn = {
  ...{ id: '2c8b78d3-0182-4ab5-8384-4a4f55da9863', type: 'l3', name: 'red', localPref: 120 },
  ...{ routeTargets: ['64512:77'], importTargets: ['64512:78'], exportTargets: ['64512:79'] },
};
const BLUE: Bgpvpn = {
  ...{ id: 'b36519d4-c960-4a0b-bb75-73a5ea97e4c7', type: 'l3', name: 'blue', routeTargets: ['64512:200'] },
};
const GREEN: Bgpvpn = {
  ...{ id: '2fa39984-7318-46d5-906e-b4b50ca3ade9', type: 'l2', name: 'green' },
  ...{ routeTargets: ['64512:300'], vni: 3000 },
};
/** Ids of associations. */
const L3 = '0f2bace8-4e56-4ea0-9c25-48287245af08';
const L2 = '1d5efc31-f5ad-47f6-a721-845ce2562e1a';

const VRF_A = `ipvpn_${NETWORK_A.id}`;
const EVI_A = `evpn_${NETWORK_A.id}`;
const VRF_B = `ipvpn_${NETWORK_B.id}`;
const EVI_B = `evpn_${NETWORK_B.id}`;

const CANNOT_ATTACH = "Can't attach local port on bagpipe-bgp";
const CANNOT_DETACH = "Can't detach local port from bagpipe-bgp";

/** Seconds; the client's own default is 10. */
const PING_INTERVAL = 1;

let files: { readonly directory: string };
let apiPort: number;
let daemon: Daemon;
let ovs: NeutronAgent;
let linuxBridge: NeutronAgent;

function network(id: string, vni: number, prefix: string): Network {
  return { id, vni, cidr: `${prefix}.0/24`, gatewayIp: `${prefix}.1` };
}

function port(id: string, its: Network, mac: string, ip: string): Port {
  return { id, network: its, mac, ip };
}

function startNode(): Promise<Daemon> {
  return startDaemon({ ...files, name: 'node', address: '127.0.0.2', peers: [], bgpPort: 179, apiPort });
}

function startAgent(driver: 'ovs' | 'linuxbridge', extensions: readonly string[]): NeutronAgent {
  return startNeutronAgent({
    ...{ ...files, name: driver, driver, extensions, apiPort, pingInterval: PING_INTERVAL },
  });
}

async function ping(): Promise<string> {
  return (await daemon.api.send('GET', '/ping')).body;
}

/** The client knows the daemon by the number that the daemon has now. */
async function isKnownTo(agent: NeutronAgent): Promise<void> {
  assert.equal(await agent.ask('status'), { status: 'UP', sequence: await ping() });
}

/** What the server answers to pulls from now on, and tells the agents. */
async function associate(agent: NeutronAgent, ...associations: readonly Primitive[]): Promise<void> {
  await agent.ask('set_objects', { BGPVPNNetAssociation: associations });
  await agent.ask('push', 'BGPVPNNetAssociation', associations, 'updated');
}

async function dissociate(
  agent: NeutronAgent,
  association: Primitive,
  ...others: readonly Primitive[]
): Promise<void> {
  await agent.ask('set_objects', { BGPVPNNetAssociation: others });
  await agent.ask('push', 'BGPVPNNetAssociation', [association], 'deleted');
}

function assertTargets(id: string, imported: readonly string[], exported = imported): Promise<void> {
  return eventually(`${id} has other targets`, async () => {
    const shown = (targets: readonly string[]) => targets.map((target) => `target:64512:${target}`);
    assert.equal(await routeTargets(daemon.api, id), [shown(imported), shown(exported)]);
  });
}

function assertPorts(id: string, ...ports: readonly Port[]): Promise<void> {
  return eventually(`${id} has other ports`, async () => {
    assert.equal(await addresses(daemon.api, id), ports.map(({ mac, ip }) => `${mac} ${ip}`).sort());
  });
}

agents('the agents find the daemon by their polling', async () => {
  files = { directory: temporaryDirectory().path };
  apiPort = await freePort();
  ovs = startAgent('ovs', ['bagpipe_bgpvpn']);
  await eventually(
    'the client notices that there is no daemon',
    () => assert.ok(ovs.logged('Failed to connect to bagpipe-bgp').length > 0),
    30_000,
  );
  daemon = await startNode();
  linuxBridge = startAgent('linuxbridge', ['bagpipe', 'bagpipe_bgpvpn', 'bagpipe_sfc']);
  for (const agent of [ovs, linuxBridge]) {
    await eventually('the client is up', () => isKnownTo(agent), 30_000);
    assert.is(agent.logged('bagpipe-bgp successfully detected').length, 1);
  }
});

agents.after(cleanUp);

agents('ovs: a port of a network with an L3 BGPVPN is attached', async () => {
  await ovs.ask('set_objects', { BGPVPNNetAssociation: [networkAssociation(L3, NETWORK_A, RED)] });
  await ovs.ask('handle_port', portDetails(A1));
  assert.equal(await instanceIds(daemon.api), [VRF_A]);
  const { external_instance_id, instance_type, description, gateway_ip, fallback } = await instance(
    daemon.api,
    VRF_A,
  );
  assert.equal(
    { external_instance_id, instance_type, description, gateway_ip, fallback },
    {
      external_instance_id: VRF_A,
      instance_type: 'VRF',
      description: `BGPVPN ipvpn associations for net ${NETWORK_A.id} (10.50.0.1)`,
      gateway_ip: '10.50.0.1',
      fallback: null,
    },
  );
  await assertTargets(VRF_A, ['77', '78'], ['77', '79']);
  const endpoint = only((await endpoints(daemon.api, VRF_A))['patch2tun:1'] ?? []);
  const { mac_address, ip_address, local_pref, direction } = endpoint;
  assert.equal([mac_address, ip_address, local_pref, direction], [A1.mac, A1.ip, 120, 'both']);
  assert.equal(endpoint.description, { port: A1.id });
});

agents('ovs: other route targets of the BGPVPN, a router, another port', async () => {
  const changed = { ...RED, routeTargets: ['64512:77', '64512:99'], importTargets: [] };
  await associate(ovs, networkAssociation(L3, NETWORK_A, changed, 'fa:16:3e:97:64:8c'));
  await assertTargets(VRF_A, ['77', '99'], ['77', '79', '99']);
  assert.equal((await instance(daemon.api, VRF_A)).fallback, {
    dst_mac: 'fa:16:3e:97:64:8c',
    src_mac: '00:00:5e:2a:10:00',
    ovs_port_number: 1,
  });
  await assertPorts(VRF_A, A1);
  await ovs.ask('handle_port', portDetails(A2));
  await assertPorts(VRF_A, A1, A2);
});

agents('ovs: an L2 BGPVPN beside it; without the L3 one, the ports leave the VRF', async () => {
  const l3 = networkAssociation(L3, NETWORK_A, RED);
  const l2 = networkAssociation(L2, NETWORK_A, GREEN);
  await associate(ovs, l3, l2);
  await assertTargets(EVI_A, ['300']);
  await assertPorts(EVI_A, A1, A2);
  await assertPorts(VRF_A, A1, A2);
  assert.is((await instance(daemon.api, EVI_A)).instance_dataplane_id, 3000);
  // This agent detaches from the VRF with the words of a Linux bridge: `local_port` names the EVI. The original
  // refuses that, and keeps the ports.
  await dissociate(ovs, l3, l2);
  await eventually('the VRF is gone', async () => assert.equal(await instanceIds(daemon.api), [EVI_A]));
  await associate(ovs, l3, l2);
  await assertPorts(VRF_A, A1, A2);
  await dissociate(ovs, l2, l3);
  await eventually('the EVI is gone', async () => assert.equal(await instanceIds(daemon.api), [VRF_A]));
  assert.equal(ovs.logged(' ERROR '), []);
});

agents(
  'ovs: what is refused is logged, changes nothing, and does not keep the agent from going on',
  async () => {
    await ovs.ask('set_objects', {});
    const before = [await instance(daemon.api, VRF_A), await endpoints(daemon.api, VRF_A)];
    await associate(ovs, networkAssociation(L3, NETWORK_A, { ...RED, routeTargets: ['64512:77:1'] }));
    await eventually('one line for each of the two ports', () =>
      assert.is(ovs.logged(CANNOT_ATTACH).length, 2),
    );
    assert.equal([await instance(daemon.api, VRF_A), await endpoints(daemon.api, VRF_A)], before);
    await isKnownTo(ovs);
    await associate(ovs, networkAssociation(L3, NETWORK_A, BLUE));
    await assertTargets(VRF_A, ['200']);
    await associate(ovs, networkAssociation(L3, NETWORK_A, RED));
    await assertTargets(VRF_A, ['77', '78'], ['77', '79']);
  },
);

agents('the client takes an error of this daemon as one of the original', async () => {
  const body = {
    ...{ vpn_type: 'ipvpn', vpn_instance_id: 'other', gateway_ip: null, import_rt: [], export_rt: [] },
    ...{ mac_address: A1.mac, ip_address: A1.ip, local_port: { linuxif: 'patch2tun:1' } },
  };
  const reactions = async (agent: NeutronAgent): Promise<readonly (readonly string[])[]> => {
    const linesBefore = agent.logged(' ERROR ').length;
    const raised: string[] = [];
    const attempt = (command: string, ...parameters: readonly unknown[]) =>
      agent.ask(command, ...parameters).catch((error: unknown) => raised.push(String(error)));
    await attempt('attach', { ...body, import_rt: ['foo'] });
    await attempt('attach', { ...body, ip_address: 'foo' });
    await attempt('detach', { ...body, vpn_instance_id: 'nosuch' });
    await attempt('request', 'GET', 'looking-glass/nosuch');
    await attempt('attach', body);
    await attempt('detach', body);
    const lines = agent.logged(' ERROR ').slice(linesBefore);
    return [raised, lines.map((line) => line.replace(/^.* ERROR /, '').replace(/\[.*?\]/, '[-]'))];
  };
  const [raised, logged] = await reactions(ovs);
  assert.is(raised!.length, 2);
  for (const text of raised!) {
    assert.match(text, /BaGPipeBGPException: .*An HTTP operation has failed on bagpipe-bgp\.$/);
  }
  assert.is(logged!.filter((line) => line.includes(CANNOT_ATTACH)).length, 2);
  assert.is(logged!.filter((line) => line.includes(CANNOT_DETACH)).length, 1);

  const originalPort = await freePort();
  const original = await startOriginal({
    ...{ ...files, name: 'original', address: '127.0.0.3', peers: [], bgpPort: 179, apiPort: originalPort },
  });
  const other = startNeutronAgent({
    ...{ ...files, name: 'other', driver: 'ovs', extensions: ['bagpipe_bgpvpn'] },
    ...{ apiPort: originalPort, pingInterval: PING_INTERVAL },
  });
  await eventually(
    'the client is up',
    async () => {
      const { status } = (await other.ask('status')) as { readonly status: string };
      assert.is(status, 'UP');
    },
    30_000,
  );
  assert.equal(await reactions(other), [raised, logged]);
  await Promise.all([other.stop(), original.program.stop()]);
});

agents('linuxbridge: a port is an endpoint of the E-VPN of its network', async () => {
  await linuxBridge.ask('handle_port', portDetails(B1));
  const { instance_type, instance_dataplane_id } = await instance(daemon.api, EVI_B);
  assert.equal([instance_type, instance_dataplane_id], ['EVI', 119]);
  await assertTargets(EVI_B, ['119']);
  assert.equal(Object.keys(await endpoints(daemon.api, EVI_B)), [tapOf(B1)]);
  await assertPorts(EVI_B, B1);
});

agents('linuxbridge: an L2 BGPVPN adds its route targets; the other VNI does not count', async () => {
  await associate(linuxBridge, networkAssociation(L2, NETWORK_B, GREEN));
  await assertTargets(EVI_B, ['119', '300']);
  await linuxBridge.ask('handle_port', portDetails(B2));
  await assertTargets(EVI_B, ['119', '300']);
  await assertPorts(EVI_B, B1, B2);
  assert.is((await instance(daemon.api, EVI_B)).instance_dataplane_id, 119);
});

agents('linuxbridge: an L3 BGPVPN plugs the E-VPN into an IP VPN', async () => {
  const l2 = networkAssociation(L2, NETWORK_B, GREEN);
  const l3 = networkAssociation(L3, NETWORK_B, RED);
  await associate(linuxBridge, l2, l3);
  await assertPorts(VRF_B, B1, B2);
  await assertTargets(VRF_B, ['77', '78'], ['77', '79']);
  assert.is((await instance(daemon.api, EVI_B)).gateway_port?.ipvpn.external_instance_id, VRF_B);
  await dissociate(linuxBridge, l3, l2);
  await eventually('it is unplugged', async () => {
    assert.equal(await instanceIds(daemon.api), [EVI_B, VRF_A].sort());
  });
  await assertPorts(EVI_B, B1, B2);
  assert.is((await instance(daemon.api, EVI_B)).gateway_port, null);
});

agents('linuxbridge: administratively down is a detach, up again an attach', async () => {
  await linuxBridge.ask('handle_port', portDetails(B2, { admin_state_up: false }));
  await assertPorts(EVI_B, B1);
  await linuxBridge.ask('handle_port', portDetails(B2));
  await assertPorts(EVI_B, B1, B2);
});

agents('linuxbridge: a hop of a service chain', async () => {
  const hop = chainHop({
    ...{ id: 'b81ea517-e3ac-481d-8b8c-25cb8a4fcc46', rts: ['64512:5002'], gatewayIp: NETWORK_B.gatewayIp },
    ...{ ingressPorts: [], egressPorts: [B1.id, B2.id], redirectRts: ['64512:5002'] },
    readvertise: { from: ['64512:5001'], to: '64512:5003' },
    classifier: { protocol: 'tcp', sourcePrefix: '10.10.0.0/24', destinationPort: '80' },
  });
  await linuxBridge.ask('push', 'BaGPipeChainHop', [hop], 'created');
  await assertPorts(VRF_B, B1, B2);
  await assertTargets(VRF_B, [], ['5002']);
  const { readvertise, attract_traffic } = await instance(daemon.api, VRF_B);
  assert.equal(readvertise, { from: ['target:64512:5001'], to: ['target:64512:5003'] });
  assert.match(JSON.stringify(attract_traffic), /"redirect_rts":\["target:64512:5002"\]/);
  assert.match(JSON.stringify(attract_traffic), /"sourcePrefix":"10\.10\.0\.0\/24"/);
  assert.equal(linuxBridge.logged(' ERROR '), []);
});

agents('a restart of the daemon is noticed by the clients, and everything is attached again', async () => {
  const before = await attachments(daemon.api);
  assert.equal(await instanceIds(daemon.api), [EVI_B, VRF_A, VRF_B].sort());
  const number = await ping();
  await daemon.program.stop('SIGKILL');
  daemon = await startNode();
  assert.is.not(await ping(), number);
  for (const agent of [ovs, linuxBridge]) {
    await eventually('the client notices', () => isKnownTo(agent), 20_000);
    assert.is(agent.logged('bagpipe-bgp restart detected...').length, 1);
  }
  await eventually('all is as before', async () => {
    assert.equal(await attachments(daemon.api), before);
  });
});

agents('ports that go are detached, and the instances with the last of them', async () => {
  await ovs.ask('delete_port', { port_id: A1.id });
  await assertPorts(VRF_A, A2);
  await ovs.ask('delete_port', { port_id: A2.id });
  await linuxBridge.ask('delete_port', { port_id: B1.id });
  await assertPorts(EVI_B, B2);
  await linuxBridge.ask('delete_port', { port_id: B2.id });
  await eventually('nothing is left', async () => assert.equal(await instanceIds(daemon.api), []));
  assert.equal(await daemon.api.lookingGlass('vpns/dataplane/ids'), {});
});

agents.run();
