import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { BridgePort } from '../../../../lib/dataplane/ovs/bridge-ports.ts';
import { IPVPN_OWNER } from '../../../../lib/dataplane/ovs/owner.ts';
import { PortTable } from '../../../../lib/dataplane/ovs/port-table.ts';
import type { PortRequest } from '../../../../lib/dataplane/ovs/program.ts';

const port = (name: string, members: Partial<BridgePort> = {}): BridgePort => ({
  name,
  number: 3,
  error: undefined,
  owner: undefined,
  type: '',
  options: [],
  ...members,
});
const system: PortRequest = { make: { type: 'system', options: [], mtu: undefined } };
const gre: PortRequest = {
  make: { type: 'gre', options: ['remote_ip=flow', 'local_ip=10.0.0.1'], mtu: undefined },
};
const existing: PortRequest = { make: undefined };

function table(ports: readonly BridgePort[]): PortTable {
  const made = new PortTable(IPVPN_OWNER, 'br-mpls');
  made.observe(ports);
  return made;
}

const planned = (ports: readonly BridgePort[], requests: Record<string, PortRequest>) =>
  table(ports)
    .plan(new Map(Object.entries(requests)))
    .map(({ words }) => words.join(' '));

test('a missing interface is added as ours; one that is there is used as it is', () => {
  const words = '-- --may-exist add-port br-mpls tap1 -- set Port tap1 external_ids:bagpipe-bgp=ipvpn';
  assert.equal(planned([], { tap1: system }), [words]);
  assert.equal(planned([port('tap1')], { tap1: system }), []);
  assert.equal(planned([], { tap1: existing }), []);
  const withMtu: PortRequest = { make: { type: 'system', options: [], mtu: 1400 } };
  assert.match(planned([], { tap1: withMtu })[0]!, '-- set Interface tap1 mtu_request=1400 --');
});

test('a tunnel is made ours whole, and left alone when it is as it should be', () => {
  const words =
    '-- --may-exist add-port br-mpls mpls_gre -- clear Interface mpls_gre options ' +
    '-- set Interface mpls_gre type=gre options:remote_ip="flow" options:local_ip="10.0.0.1" ' +
    '-- set Port mpls_gre external_ids:bagpipe-bgp=ipvpn';
  const right = port('mpls_gre', {
    type: 'gre',
    owner: 'ipvpn',
    options: ['local_ip=10.0.0.1', 'remote_ip=flow'],
  });
  assert.equal(planned([], { mpls_gre: gre }), [words]);
  assert.equal(planned([right], { mpls_gre: gre }), []);
  assert.equal(planned([{ ...right, owner: undefined }], { mpls_gre: gre }), [words]);
  assert.equal(planned([{ ...right, options: ['remote_ip=flow'] }], { mpls_gre: gre }), [words]);
});

test('a port of somebody else that is no such tunnel is refused, and left as it is until it is gone', () => {
  const theirs = port('mpls_gre', { type: 'patch', number: 5 });
  const requests = new Map([['mpls_gre', gre]]);
  const ports = table([theirs]);
  assert.equal(ports.plan(requests), []);
  assert.not(ports.settle(requests));
  const reason =
    "port mpls_gre of bridge br-mpls is somebody else's, of type patch, not gre: it is left as it is";
  assert.equal(ports.number('mpls_gre'), { ok: false, fault: reason });
  assert.equal(ports.plan(new Map()), []);
  ports.forget();
  ports.observe([{ ...theirs, type: '' }]);
  assert.equal(ports.plan(requests), []);
  assert.match(JSON.stringify(ports.number('mpls_gre')), 'of type system, not gre');
  assert.equal(planned([{ ...theirs, owner: 'ipvpn' }], { mpls_gre: gre }).length, 1, 'one of ours');
  ports.forget();
  ports.observe([{ ...theirs, type: 'gre' }]);
  assert.is(ports.plan(requests).length, 1);
  ports.observe([port('mpls_gre', { type: 'gre', number: 5 })]);
  assert.ok(ports.settle(requests), 'rows are made with its number now');
});

test('only ports of ours that nobody asks for are removed', () => {
  const ports = [port('old', { owner: 'ipvpn' }), port('theirs'), port('other', { owner: 'evpn' })];
  assert.equal(planned(ports, {}), ['-- --if-exists del-port br-mpls old']);
  assert.equal(planned(ports, { old: system }), []);
});

test('the number of a port, or why it has none', () => {
  const ports = table([
    port('tap1', { number: 7 }),
    port('tap2', { number: undefined, error: 'could not open network device tap2 (No such device)' }),
    port('tap3', { number: undefined }),
  ]);
  assert.equal(ports.number('tap1'), { ok: true, value: 7 });
  const why = (name: string): unknown => Object.entries(ports.number(name))[1]?.[1];
  assert.is(why('tap2'), 'could not open network device tap2 (No such device)');
  assert.is(why('tap3'), 'port tap3 of bridge br-mpls has no OpenFlow number');
  assert.is(why('tap4'), 'bridge br-mpls has no port tap4');
  ports.refuse('tap4', 'a port named tap4 already exists on bridge br-int');
  assert.is(why('tap4'), 'a port named tap4 already exists on bridge br-int');
});

test('a refused port is not tried again before it is asked for anew or something changes', () => {
  const ports = table([]);
  const requests = new Map([['tap1', system]]);
  ports.refuse('tap1', 'no');
  assert.equal(ports.plan(requests), []);
  ports.forget();
  assert.is(ports.plan(requests).length, 1);
  ports.refuse('tap1', 'no');
  ports.settle(requests);
  ports.isOutdated(new Map());
  assert.is(ports.plan(requests).length, 1);
});

test('the bridge is looked at for ports that were not looked for, and after changes', () => {
  const ports = new PortTable(IPVPN_OWNER, 'br-mpls');
  const requests = new Map([['tap1', existing]]);
  assert.ok(ports.isOutdated(new Map()));
  ports.observe([]);
  assert.not(ports.isOutdated(new Map()));
  assert.ok(ports.isOutdated(requests));
  assert.not(ports.settle(requests), 'rows are made with it for the first time');
  assert.not(ports.isOutdated(requests), 'it is known to be missing');
  ports.forget();
  assert.ok(ports.isOutdated(requests));
  ports.observe([port('tap1', { number: 4 })]);
  assert.ok(ports.settle(requests), 'now it has a number');
  assert.not(ports.settle(requests));
});

test.run();
