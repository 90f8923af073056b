import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  parseAddressHolders,
  parseNeighbourEvent,
  parseNeighbourTable,
  parseUnderlayInterface,
} from '../../../../lib/dataplane/ovs/neighbour-table.ts';

const MAC = '02:00:00:00:00:02';

test('interfaces that have an address: others come as empty objects, and so do their other addresses', () => {
  const text = JSON.stringify([
    {},
    { ifindex: 1, ifname: 'lo', addr_info: [{}, { family: 'inet', local: '10.0.0.1', prefixlen: 32 }] },
    { ifindex: 2, ifname: 'eth0', addr_info: [{ family: 'inet', local: '10.0.0.1', prefixlen: 24 }] },
    { ifindex: 3, ifname: 'eth1', addr_info: [{ family: 'inet', local: '10.0.0.11', prefixlen: 24 }] },
  ]);
  assert.equal(parseAddressHolders(text, '10.0.0.1'), { ok: true, value: ['lo', 'eth0'] });
  assert.equal(parseAddressHolders('[]\n', '10.0.0.1'), { ok: true, value: [] });
});

const LINK = {
  ...{ ifindex: 7, ifname: 'br-phy', flags: ['BROADCAST', 'UP'], link_type: 'ether', address: MAC },
  ...{ mtu: 1500, qdisc: 'noqueue' },
};

const LINKS: readonly (readonly [name: string, link: object, found: object | undefined])[] = [
  ['Ethernet', LINK, { device: 'br-phy', index: 7, mac: MAC }],
  ['loopback', { ...LINK, link_type: 'loopback', address: '00:00:00:00:00:00' }, undefined],
  ['a tunnel', { ...LINK, link_type: 'gre', address: '10.0.0.1' }, undefined],
  ['Ethernet without ARP', { ...LINK, flags: ['BROADCAST', 'NOARP', 'UP'] }, undefined],
];

for (const [name, link, found] of LINKS) {
  test(`interface: ${name}`, () => {
    assert.equal(parseUnderlayInterface(JSON.stringify([link])), { ok: true, value: found });
  });
}

test('the table: what the kernel does not know has no address, what is stale or failed is not fresh', () => {
  const text = JSON.stringify([
    { dst: '10.0.0.2', lladdr: MAC, state: ['REACHABLE'] },
    { dst: '10.0.0.3', lladdr: MAC.toUpperCase(), state: ['STALE'] },
    { dst: '10.0.0.4', state: ['INCOMPLETE'] },
    { dst: '10.0.0.5', state: ['FAILED'] },
    { dst: '10.0.0.6', lladdr: MAC, managed: null, state: ['DELAY'] },
    { dst: '10.0.0.7', lladdr: '33:33:00:00:00:16', state: ['NOARP'] },
    { dst: '10.0.0.8', lladdr: '10.0.0.9', state: ['PERMANENT'] },
    {},
  ]);
  assert.equal(parseNeighbourTable(text), {
    ok: true,
    value: [
      { address: '10.0.0.2', mac: MAC, isFresh: true },
      { address: '10.0.0.3', mac: MAC, isFresh: false },
      { address: '10.0.0.4', mac: undefined, isFresh: true },
      { address: '10.0.0.5', mac: undefined, isFresh: false },
      { address: '10.0.0.6', mac: MAC, isFresh: true },
      { address: '10.0.0.7', mac: undefined, isFresh: true },
      { address: '10.0.0.8', mac: undefined, isFresh: true },
    ],
  });
});

const EVENTS: readonly (readonly [line: string, event: object | undefined])[] = [
  [`10.0.0.2 lladdr ${MAC} REACHABLE `, { address: '10.0.0.2', mac: MAC, isFresh: true }],
  [`10.0.0.2 lladdr ${MAC} managed STALE`, { address: '10.0.0.2', mac: MAC, isFresh: false }],
  [`10.0.0.2 dev eth0 lladdr ${MAC} STALE`, { address: '10.0.0.2', mac: MAC, isFresh: false }],
  ['10.0.0.2 FAILED', { address: '10.0.0.2', mac: undefined, isFresh: false }],
  [`Deleted 10.0.0.2 lladdr ${MAC} STALE`, { address: '10.0.0.2', mac: undefined, isFresh: false }],
  [`fe80::2 lladdr ${MAC} router STALE`, { address: 'fe80::2', mac: MAC, isFresh: false }],
  ['netlink receive error No buffer space available (105)', undefined],
  ['', undefined],
  ['Deleted', undefined],
];

for (const [line, event] of EVENTS) {
  test(`event: ${JSON.stringify(line)}`, () => {
    assert.equal(parseNeighbourEvent(line), event);
  });
}

test('what is not the answer of ip is a failure', () => {
  assert.equal(parseNeighbourTable('Usage: ip neigh'), { ok: false, fault: 'the answer is not JSON' });
  assert.equal(parseAddressHolders('{}', '10.0.0.1'), { ok: false, fault: 'the answer is not a list' });
  assert.equal(parseUnderlayInterface('[]'), { ok: false, fault: 'no interface' });
});

test.run();
