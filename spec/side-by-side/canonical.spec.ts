import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { differenceOf } from './compare.ts';
import { DIFFERENCES, explain, History } from './differences.ts';
import { type Fact, formatFact } from './fact.ts';
import { Identifiers } from './identifiers.ts';
import { receivedFact } from './looking-glass-facts.ts';
import { PROOFS } from './proofs.ts';
import { advertisement, type RemoteRoute } from './remote-route.ts';
import { fromSide, ORIGINAL, OURS, requestToSide, type Side, SIDES, toSide } from './side.ts';
import { type GobgpTable, wireFacts } from './wire-facts.ts';

test('what is said to the other side is shifted, and what it says is shifted back', () => {
  const body = {
    vpn_instance_id: 'v1',
    import_rt: '64512:1,64512:2',
    readvertise: { to_rt: ['64512:3'] },
    vni: 5001,
  };
  assert.equal(requestToSide(OURS, body), body);
  assert.equal(requestToSide(ORIGINAL, body), {
    ...{ vpn_instance_id: 'v1', import_rt: '64512:10001,64512:10002' },
    ...{ readvertise: { to_rt: ['64512:10003'] }, vni: 5001 },
  });
  for (const text of [
    'target:64512:101',
    'evpn:macadv::64999:3:-:0',
    'redirect-to-ipvpn-64512_131',
    'foo',
    '64512',
  ]) {
    assert.is(fromSide(ORIGINAL, toSide(ORIGINAL, text)), text);
  }
  assert.is(fromSide(ORIGINAL, '64512:101'), '64512:-9899', 'a route of the other side is seen');
  assert.is(toSide(ORIGINAL, '10.0.0.1/32 192.0.2.1:7'), '10.0.0.1/32 192.0.2.1:7');
});

test('a route from elsewhere is another route for each side', () => {
  const route: RemoteRoute = {
    ...{ family: 'vpnv4', rd: 1, prefix: '20.0.0.0/24', label: 100, nextHop: '192.0.2.1' },
    targets: ['64512:1'],
  };
  const [ours, original] = SIDES.map((side) => advertisement(side, route, false));
  assert.not.equal(ours!.key, original!.key);
  assert.equal(ours!.attributes!.routeTargets, ['64512:1']);
  assert.equal(original!.attributes!.routeTargets, ['64512:10001']);
  assert.is(advertisement(OURS, route, true).attributes, undefined);
});

/** What gobgpd prints for a VPNv4 route to an endpoint. */
function table(side: Side, rd: number, label: number): GobgpTable {
  return {
    'a destination': [
      {
        nlri: { prefix: '10.0.0.1/32', labels: [label], rd: { admin: side.address, assigned: rd } },
        attrs: [
          { type: 1, value: 0 },
          { type: 2, as_paths: [] },
          { type: 5, value: 100 },
          { type: 14, nexthop: side.address },
          {
            type: 16,
            value: [
              { type: 3, subtype: 12, tunnel_type: 10 },
              { type: 0, subtype: 2, value: toSide(side, '64512:1') },
              // Order 5, as an opaque community: subtype, and six bytes.
              { type: 3, subtype: 0x14, value: Buffer.from([0x14, 0, 0, 0, 5, 0, 0]).toString('base64') },
            ],
          },
        ],
        'neighbor-ip': side.address,
      },
      { nlri: { prefix: 'of somebody else' }, attrs: [], 'neighbor-ip': '192.0.2.99' },
    ],
  };
}

test('one route of two daemons is one line', () => {
  const lines = SIDES.map((side, index) => {
    const facts = wireFacts(side, 'vpnv4', table(side, 3 + index, 17 + index));
    return Identifiers.none().name(facts).facts.map(formatFact);
  });
  assert.equal(lines[0], [
    'wire vpnv4 10.0.0.1/32 | as-path [], encapsulations 10, hash-order 5, ' +
      'label (label of vpnv4 10.0.0.1/32 to 64512:1), local-pref 100, next-hop self, origin 0, ' +
      'rd (rd of vpnv4 10.0.0.1/32 to 64512:1), targets 64512:1',
  ]);
  assert.equal(lines[1], lines[0]);
});

test('an RD that another one takes the place of is seen, and so is one that two routes share', () => {
  const route = (prefix: string, rd: string): Fact => ({
    ...{ kind: 'wire', subject: prefix, members: { rd }, allocated: ['rd'] },
  });
  const before = Identifiers.none().name([route('a', '1'), route('b', '2')]);
  const same = before.seen.name([route('a', '1'), route('b', '2')]);
  assert.equal(differenceOf(before.facts, same.facts), []);
  const moved = before.seen.name([route('a', '3'), route('b', '2')]);
  assert.equal(differenceOf(before.facts, moved.facts), []);
  const swapped = before.seen.name([route('a', '2'), route('b', '1')]);
  assert.is(differenceOf(before.facts, swapped.facts).length, 4);
  const shared = before.seen.name([route('a', '1'), route('b', '1')]);
  assert.equal(
    differenceOf(before.facts, shared.facts),
    ['+ b | rd (rd of a)', '- b | rd (rd of b)'].map(onWire),
  );
});

function onWire(line: string): string {
  return `${line.slice(0, 2)}wire ${line.slice(2)}`;
}

test('an RD that is given out anew while the old one is still there is seen', () => {
  const route = (prefix: string, rd: string): Fact => ({
    ...{ kind: 'wire', subject: prefix, members: { rd }, allocated: ['rd'] },
  });
  const { seen } = Identifiers.none().name([route('a', '1')]);
  assert.equal(seen.name([route('a', '2'), route('z', '1')]).facts.map(formatFact), [
    'wire a | rd (rd of a #2)',
    'wire z | rd (rd of a)',
  ]);
});

test('a route that one lacks, or has twice, is a difference', () => {
  const fact: Fact = { kind: 'wire', subject: 'a', members: { x: '1' }, allocated: [] };
  assert.equal(differenceOf([fact], []), ['- wire a | x 1']);
  assert.equal(differenceOf([fact], [fact, fact]), ['+ wire a | x 1']);
  assert.equal(differenceOf([fact], [{ ...fact, members: { x: '2' } }]), [
    '- wire a | x 1',
    '+ wire a | x 2',
  ]);
});

test('routes of the looking glass are told apart by what they say', () => {
  const shown = {
    attributes: { 'extended-community': '[ target:64512:10001 encap:MPLS ]', 'local-preference': '150' },
    ...{ next_hop: ORIGINAL.address, source: { id: 'VRF-1' } },
  };
  const text = `10.0.0.1/24 label 17 next-hop ${ORIGINAL.address} rd ${ORIGINAL.address}:4`;
  const local = receivedFact(ORIGINAL, 'v1', text, shown);
  assert.is(local.subject, 'v1 10.0.0.0/24');
  assert.equal(local.allocated, ['rd', 'source', 'label']);
  assert.is(local.members['next-hop'], 'self');
  assert.is(local.members['targets'], '64512:1');
  const remote = receivedFact(
    ORIGINAL,
    'e1',
    'evpn:macadv::64999:10002:-:0:52:54:00:00:00:11/48:2001:db8::7: label 437 (7000)',
    { attributes: {}, next_hop: '192.0.2.1', source: { id: 'BGP-127.0.2.1' } },
  );
  assert.is(remote.subject, 'e1 52:54:00:00:00:11 2001:db8::7 esi - tag 0');
  assert.equal([remote.members['rd'], remote.members['label']], ['64999:2', '7000']);
  assert.equal(remote.allocated, []);
});

const received = (label: string, nextHop: string): Fact => ({
  ...{ kind: 'received', subject: 'v1 20.0.0.0/24', allocated: [] },
  members: { rd: '64999:1', label, 'next-hop': nextHop, source: 'BGP-127.0.2.1' },
});

test('listed differences are explained, and only those', () => {
  const history = new History();
  const route = { family: 'vpnv4', rd: 1, prefix: '20.0.0.0/24', targets: [] } as const;
  history.record({ kind: 'announce', route: { ...route, label: 7, nextHop: '192.0.2.1' } });
  history.record({ kind: 'announce', route: { ...route, label: 8, nextHop: '192.0.2.1' } });
  const now = [received('8', '192.0.2.1')];
  const stale = explain(now, [received('7', '192.0.2.1')], history);
  assert.equal(stale.used, ['label-or-next-hop']);
  assert.equal(differenceOf(stale.ours, stale.original), []);
  const wrong = explain(now, [received('9', '192.0.2.1')], history);
  assert.is(differenceOf(wrong.ours, wrong.original).length, 2, 'it never had label 9');

  const ordered: Fact = {
    ...{ kind: 'wire', subject: 'vpnv4 10.0.0.1/32', members: { 'hash-order': '5' }, allocated: [] },
  };
  const silent = explain([ordered], [{ ...ordered, members: {} }], history);
  assert.equal(silent.used, ['hash-order']);
  assert.equal(differenceOf(silent.ours, silent.original), []);
  const passedOn: Fact = { ...ordered, members: { ...ordered.members, records: '64512:1' } };
  assert.equal(explain([passedOn], [passedOn], history).used, []);
});

test('what redirections have left at the original is no difference; what they still need is', () => {
  const history = new History();
  const id = 'redirect-to-ipvpn-64512_131';
  const instance: Fact = { kind: 'instance', subject: id, members: {}, allocated: [] };
  const asked: Fact = { kind: 'wire', subject: 'rtc 64512:131', members: {}, allocated: [] };
  const left = explain([], [instance, asked], history);
  assert.equal(left.original, []);
  assert.equal(left.used, ['redirect-instances']);
  const needed = explain([instance, asked], [instance], history);
  assert.equal(differenceOf(needed.ours, needed.original), ['- wire rtc 64512:131 | ']);
  const lacking = explain([instance], [], history);
  assert.is(differenceOf(lacking.ours, lacking.original).length, 1);
});

test('each difference is a sentence of docs/differences.md, and has a proof', () => {
  const documentation = readFileSync(join(import.meta.dirname, '../../docs/differences.md'), 'utf8');
  const words = documentation.replaceAll(/\s+/g, ' ');
  for (const [name, sentence] of Object.entries(DIFFERENCES)) {
    assert.ok(words.includes(sentence), `${name} is not listed: ${sentence}`);
    assert.ok(
      PROOFS.some(({ difference }) => difference === name),
      `${name} has no proof`,
    );
  }
});

test.run();
