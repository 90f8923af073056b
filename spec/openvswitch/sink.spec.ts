import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  type NextHop,
  type RemotePrefixState,
  type VrfEndpointState,
  unwant,
  want,
} from '../../lib/dataplane/intent.ts';
import { ipvpnDummy } from '../../lib/dataplane/drivers/ipvpn-dummy.ts';
import { ovsSink } from '../../streams/sinks/ovs.ts';
import type { Sink } from '../../streams/sinks/sink.ts';
import { TestProgram } from '../fixtures/switch-program.ts';
import { OpenVswitch } from '../lab/open-vswitch.ts';
import { cleanUp } from '../support/at-exit.ts';
import { eventually, throughout } from '../support/eventually.ts';
import { Laboratory, type Namespace } from '../support/network-namespace.ts';
import { needsRoot } from '../support/needs.ts';
import { SinkHandle } from '../support/sink-handle.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

/** What the sink does with a real Open vSwitch, whatever its program: in order, each test on what the former left. */
const sink = suite('the sink of Open vSwitch');

let laboratory: Laboratory;
let node: Namespace;
let openVswitch: OpenVswitch;
let driver: SinkHandle;
let warnings: string[];
const opened: SinkHandle[] = [];

/** The sink of a daemon that was just started on the node, before it is asked for anything. */
function create(bridge = 'br-test', rootHelper: readonly string[] = helper(), selection?: string): Sink {
  warnings = [];
  const note = (message: unknown): unknown => warnings.push(String(message));
  return ovsSink(
    {
      localAddress: '10.77.0.1',
      rootHelper,
      log: { debug: () => undefined, info: () => undefined, warning: note, error: note },
    },
    {
      driver: ipvpnDummy,
      program: new TestProgram(bridge),
      requiredPorts: [],
      mustBeSecure: true,
      ...(selection !== undefined && { selection }),
      describe: () => ({}),
      describeInstance: () => ({}),
    },
  );
}

/** From now on it watches its bridge. */
function start(bridge?: string): SinkHandle {
  const handle = new SinkHandle(create(bridge));
  opened.push(handle);
  return handle;
}

function helper(): readonly string[] {
  return [...node.prefix, 'env', `OVS_RUNDIR=${openVswitch.environment['OVS_RUNDIR']!}`];
}

const prefix = (address: string, ...labels: number[]): RemotePrefixState => ({
  kind: 'remote-prefix',
  instance: 1,
  prefix: address,
  nextHops: labels.map((label): NextHop => ({
    address: '10.77.0.2',
    label,
    encapsulations: [],
    hashOrder: 0,
  })),
});

const endpoint = (name: string): VrfEndpointState => ({
  kind: 'vrf-endpoint',
  instance: 1,
  port: { interface: name, description: {}, ovs: undefined, vlan: undefined },
  mac: `02:00:00:00:00:0${name.at(-1)!}`,
  ip: '11.0.0.1',
  prefixLength: 24,
  prefix: '11.0.0.1/32',
  label: 17,
  direction: 'both',
  hashOrder: 0,
});

interface Connection {
  readonly state: string;
  readonly since?: string;
  readonly reason?: string;
}

function connection(): Connection {
  return driver.sink.describe()['ovs_connection'] as unknown as Connection;
}

async function flows(): Promise<readonly string[]> {
  const { flows: all } = (await openVswitch.dump())['br-test']!;
  // A cookie has a hash of the flow, which has the number of a port.
  return all
    .filter((flow) => flow.includes('cookie=0xba61b1'))
    .map((flow) => flow.replace(/^cookie=\w+, /, ''))
    .sort();
}

sink('prepares a bridge that has to learn OpenFlow 1.5 first', async () => {
  laboratory = new Laboratory();
  node = await laboratory.namespace('node');
  openVswitch = new OpenVswitch(node, { files: { directory: temporaryDirectory().path }, name: 'ovs' });
  await openVswitch.start();
  await openVswitch.vsctl(
    `add-br br-test -- set bridge br-test datapath_type=${openVswitch.datapath} fail_mode=secure protocols=OpenFlow10`,
  );
  assert.equal(await create().prepare(), { ok: true, value: undefined });
  const protocols = await openVswitch.vsctl('get bridge br-test protocols');
  assert.match(protocols, 'OpenFlow10');
  assert.match(protocols, 'OpenFlow15');
  driver = start();
});

sink.after(async () => {
  for (const handle of opened) handle.kill();
  cleanUp();
  await laboratory.destroy();
});

sink('says at the start what is missing', async () => {
  const reasonOf = async (created: Sink): Promise<string> => {
    const prepared = await created.prepare();
    return prepared.ok ? 'ready' : prepared.fault.reason;
  };
  assert.match(await reasonOf(create('br-none')), 'Open vSwitch has no bridge br-none: make it');
  const elsewhere = ['env', 'OVS_RUNDIR=/nonexistent'];
  assert.match(await reasonOf(create('br-test', elsewhere)), 'database connection failed');
  await openVswitch.vsctl('set Open_vSwitch . ovs_version=2.17.9');
  assert.is(await reasonOf(create()), 'Open vSwitch 2.17.9 is too old: 3.0 or later is needed');
  await openVswitch.vsctl('clear Open_vSwitch . ovs_version');
  const fields = 'selection_method=hash,fields(ip_src,ip_destination)';
  assert.is(
    await reasonOf(create('br-test', helper(), fields)),
    `groups with ${fields}: unknown field ip_destination`,
  );
  assert.is(await reasonOf(create('br-test', helper(), fields.replace('destination', 'dst'))), 'ready');
});

sink('says at the start how to make the bridge secure', async () => {
  await openVswitch.vsctl('del-fail-mode br-test');
  assert.ok((await create().prepare()).ok);
  assert.match(warnings.join(), 'bridge br-test is not secure: ');
  const command = /\(ovs-vsctl (.*)\)/.exec(warnings[0]!)?.[1];
  await openVswitch.vsctl(command!);
  assert.ok((await create().prepare()).ok);
  assert.equal(warnings, []);
});

sink('adds the port of an endpoint, and puts flows that know its number', async () => {
  await node.run('ip link add tap1 type veth peer name tap1-far');
  await driver.have(endpoint('tap1'), prefix('12.0.0.1/32', 16), prefix('12.0.0.2/32', 17, 18));
  assert.equal(await flows(), [
    'priority=5,in_port=tap1 actions=resubmit(,1)',
    'table=1, priority=5,ip,nw_dst=12.0.0.1 actions=dec_ttl',
    'table=1, priority=5,ip,nw_dst=12.0.0.2 actions=group:2969567249',
  ]);
  assert.match(await openVswitch.vsctl('get port tap1 external_ids'), 'bagpipe-bgp=ipvpn');
});

sink('an interface that does not exist fails its intent, and leaves no port', async () => {
  const [confirmation] = await driver.apply(want(endpoint('tap9')));
  assert.match(confirmation!.fault!.reason, 'could not open network device tap9 (No such device)');
  await driver.drop(endpoint('tap9'));
  assert.not.match(await openVswitch.vsctl('list-ports br-test'), 'tap9');
});

sink('a port of another bridge is refused, with the words of Open vSwitch', async () => {
  await node.run('ip link add tap2 type veth peer name tap2-far');
  await openVswitch.vsctl(
    `add-br br-other -- set bridge br-other datapath_type=${openVswitch.datapath} -- add-port br-other tap2`,
  );
  const [refused, fine] = await driver.apply(want(endpoint('tap2')), want(prefix('12.0.0.3/32', 16)));
  assert.match(refused!.fault!.reason, 'tap2 is actually attached to bridge br-other');
  assert.is(fine!.fault, undefined);
  await driver.drop(endpoint('tap2'), prefix('12.0.0.3/32'));
  assert.match(await openVswitch.vsctl('list-ports br-other'), 'tap2');
});

sink('of a refused bundle nothing remains but what was right', async () => {
  const before = await flows();
  const wrong = prefix('12.0.0.7/32', 0x100000);
  const right = [4, 5, 6, 8].map((last) => prefix(`12.0.0.${last}/32`, 16));
  const confirmations = await driver.apply(...[wrong, ...right].map((state) => want(state)));
  const faults = confirmations.filter(({ fault }) => fault !== undefined);
  assert.is(faults.length, 1);
  assert.match(faults[0]!.fault!.reason, 'unknown action nonsense');
  assert.is(faults[0]!.intent.key, '1/remote-prefix/12.0.0.7/32');
  assert.is((await flows()).length, before.length + right.length);
  await driver.drop(wrong, ...right);
  assert.equal(await flows(), before);
});

sink('another daemon that starts by mistake leaves the groups of this one alone', async () => {
  const spread = prefix('12.0.0.6/32', 0, 1);
  await driver.have(spread);
  const before = (await openVswitch.dump())['br-test']!;
  assert.match(before.groups.join(), `group_id=2969567232,`);
  assert.ok((await create().prepare()).ok);
  await throughout('nothing is missed', () => assert.equal(warnings, []), 500);
  const after = (await openVswitch.dump())['br-test']!;
  assert.equal([after.groups, after.flows], [before.groups, before.flows]);
  await driver.drop(spread);
});

sink('what there was no room for is put when there is', async () => {
  const before = await flows();
  const inTable = before.filter((flow) => flow.startsWith('table=1,')).length;
  await openVswitch.vsctl(
    `-- --id=@full create Flow_Table flow_limit=${inTable} overflow_policy=refuse
     -- set Bridge br-test flow_tables:1=@full`,
  );
  const late = prefix('12.0.0.9/32', 16);
  const [confirmation] = await driver.apply(want(late));
  assert.match(confirmation!.fault!.reason, 'OFPFMFC_TABLE_FULL');
  await openVswitch.vsctl('clear Bridge br-test flow_tables');
  await eventually('it is put', async () => assert.is((await flows()).length, before.length + 1));
  await driver.drop(late);
  assert.equal(await flows(), before);
});

sink('versions of OpenFlow that others name are spoken, and ours too', async () => {
  const before = await flows();
  const protocols = (): Promise<string> => openVswitch.vsctl('get bridge br-test protocols');
  await openVswitch.vsctl('set bridge br-test protocols=OpenFlow10,OpenFlow13');
  await eventually('ours too', async () => {
    assert.is(await protocols(), '[OpenFlow10, OpenFlow13, OpenFlow15]');
    assert.equal(connection(), { state: 'up' });
  });
  assert.ok(warnings.some((warning) => warning.includes('did not speak OpenFlow 1.5 any more')));
  await driver.have(prefix('12.0.0.9/32', 16));
  await driver.drop(prefix('12.0.0.9/32'));
  assert.equal(await flows(), before);
  // As an agent does that starts on a bridge for which none was named: the default has ended with our start.
  await openVswitch.vsctl('clear bridge br-test protocols');
  assert.ok((await create().prepare()).ok);
  await openVswitch.vsctl('add bridge br-test protocols OpenFlow10 OpenFlow13 OpenFlow14');
  assert.match(await protocols(), 'OpenFlow15');
});

sink('a port that comes back with another number is followed', async () => {
  const before = await flows();
  const number = await openVswitch.portNumber('tap1');
  await openVswitch.vsctl('del-port br-test tap1');
  // Numbers are not given again at once: this one is new.
  await eventually('the port is back', async () =>
    assert.is.not(await openVswitch.portNumber('tap1'), number),
  );
  await eventually('the flow is back', async () => assert.equal(await flows(), before));
});

sink('flows that somebody else removes are put back, those of others are left alone', async () => {
  const before = await flows();
  await openVswitch.ofctl('add-flow br-test cookie=0x77,table=1,priority=9,ip,actions=drop');
  await openVswitch.ofctl('del-flows br-test table=1,ip,nw_dst=12.0.0.1');
  await eventually('the flow is back', async () => assert.equal(await flows(), before));
  assert.ok(warnings.some((warning) => warning.includes('flows of ours instead of')));
  assert.match(String((await openVswitch.dump())['br-test']!.flows), 'cookie=0x77');
});

sink('a crash of the database server is said, and everything is as before when it is back', async () => {
  const before = await flows();
  const pid = readFileSync(join(openVswitch.environment['OVS_RUNDIR']!, 'ovsdb-server.pid'), 'utf8');
  process.kill(Number(pid), 'SIGKILL');
  await eventually('that is said', () =>
    assert.match(warnings.at(-1)!, 'br-test is not as it should be: ovs-vsctl: unix:'),
  );
  assert.is(connection().state, 'down');
  assert.match(connection().reason!, 'database connection failed');
  const [confirmation] = await driver.apply(want(prefix('12.0.0.9/32', 16)));
  assert.match(confirmation!.fault!.reason, 'database connection failed');
  await driver.apply(unwant(prefix('12.0.0.9/32')));
  await openVswitch.start();
  await eventually('it answers again', async () => {
    await driver.have(endpoint('tap1'));
    assert.equal(await flows(), before);
  });
  assert.equal(connection(), { state: 'up' });
});

sink('all is put back after a crash of the switch, what was asked for meanwhile too', async () => {
  const before = await flows();
  await openVswitch.killSwitch();
  await eventually('the outage is shown', () => {
    const { state, reason = '' } = connection();
    assert.is(state, 'down');
    assert.ok(reason.length > 0);
  });
  const { since } = connection();
  // Time enough to ask again, and more than once.
  await sleep(1000);
  assert.is(connection().since, since);
  const [confirmation] = await driver.apply(want(prefix('12.0.0.3/32', 16)), unwant(prefix('12.0.0.1/32')));
  assert.match(confirmation!.fault!.reason, 'bridge br-test does not answer');
  // A daemon that starts meanwhile does not conclude that the bridge has to learn OpenFlow 1.5.
  assert.not((await create('br-other').prepare()).ok);
  assert.is(await openVswitch.vsctl('--no-wait get bridge br-other protocols'), '[]');
  await openVswitch.startSwitch();
  await eventually('all flows are back', async () => {
    const now = await flows();
    assert.is(now.length, before.length);
    assert.match(String(now), 'nw_dst=12.0.0.3');
    assert.not.match(String(now), 'nw_dst=12.0.0.1 ');
  });
  assert.equal(connection(), { state: 'up' });
});

sink('what a killed run has left is gone before anybody asks for anything', async () => {
  assert.is.not((await flows()).length, 0);
  await openVswitch.ofctl('add-flow br-test cookie=0x77,table=1,priority=9,ip,actions=drop');
  driver.kill();
  driver = start();
  await eventually('nothing is left', async () => {
    assert.equal(await flows(), []);
    const state = (await openVswitch.dump())['br-test']!;
    assert.equal(state.groups, []);
    assert.not.match(String(state.ports), 'tap1');
  });
  assert.match(String((await openVswitch.dump())['br-test']!.flows), 'cookie=0x77');
});

sink('cleans up what is ours, of any run, and says what', async () => {
  await driver.have(endpoint('tap1'), prefix('12.0.0.1/32', 16), prefix('12.0.0.2/32', 17, 18));
  driver.kill();
  const removed = await create().cleanup();
  assert.equal(removed, {
    ok: true,
    value: ['3 flows of bridge br-test', '1 groups of bridge br-test', 'port tap1 of bridge br-test'],
  });
  assert.equal(await flows(), []);
  assert.equal(await create('br-none').cleanup(), { ok: true, value: [] });
});

if (needsRoot('the sink of Open vSwitch')) sink.run();
