import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseClassifier } from '../../../lib/api/classifier.ts';
import { FLOWSPEC_VPNV4, RTC, VPNV4 } from '../../../lib/bgp/family.ts';
import { encodeUpdates } from '../../../lib/bgp/encode-update.ts';
import { encodeFlowspec } from '../../../lib/bgp/nlri/flowspec-vpnv4.ts';
import { nlriCodec } from '../../../lib/bgp/nlri/registry.ts';
import { parseIpPrefix } from '../../../lib/net/ip-prefix.ts';
import { routeTarget } from '../../../lib/net/route-target.ts';
import type { RouteDistinguisher } from '../../../lib/net/route-distinguisher.ts';
import type { Route } from '../../../lib/rib/route.ts';
import { attractor } from '../../../lib/vpn/attract.ts';
import { classifierComponents } from '../../../lib/vpn/classifier.ts';
import type { AttachRequest, AttractTraffic } from '../../../lib/vpn/request.ts';
import { testInstance } from '../../fixtures/instances.ts';
import {
  attractTraffic,
  expectedPrefixes,
  expectedRoutes,
  PassingOnVrf,
  prefixes,
  steps,
  type PassingOn,
} from '../../fixtures/passing-on.ts';
import { flowRoute, record, rt1, rt2, rt3, rt4, vpnv4Route, withdrawn } from '../../fixtures/routes.ts';
import { everyDirection, vpnPage, vpnScene, vrfEndpoint, type VpnScene } from '../../fixtures/vpn-scene.ts';
import { hex, toHex } from '../bgp/hex.ts';

const rd = '127.0.0.2:0' as RouteDistinguisher;

/** The NLRI for packets to `destination` that a `classifier` of the API means. */
function wire(classifier: unknown, destination = '10.0.0.1/32'): string {
  const parsed = parseClassifier(classifier);
  assert.ok(parsed.ok, parsed.ok ? '' : parsed.fault);
  const components = classifierComponents(parsed.value, parseIpPrefix(destination)!);
  return toHex(nlriCodec(FLOWSPEC_VPNV4).encode(encodeFlowspec({ rd, components }), false));
}

/** What the API says, and what is on the wire after the RD (RFC 8955 §4.2.2). */
const classifiers: [name: string, classifier: unknown, bytes: string][] = [
  ['nothing but the default protocol', {}, '01 20 0a000001  03 81 06'],
  [
    'all there is',
    { protocol: 'udp', sourcePrefix: '10.0.4.0/24', destinationPort: '80:90', sourcePort: '1000' },
    '01 20 0a000001  02 18 0a0004  03 81 11  05 03 50 c5 5a  06 91 03e8',
  ],
  [
    'names in snake case, numbers as numbers',
    { protocol: 17, source_prefix: '10.0.4.0/24', destination_port: 80, source_port: 1000 },
    '01 20 0a000001  02 18 0a0004  03 81 11  05 81 50  06 91 03e8',
  ],
  ['any protocol', { protocol: null }, '01 20 0a000001'],
  ['a port of two bytes', { destinationPort: '8080' }, '01 20 0a000001  03 81 06  05 91 1f90'],
  ['port 0', { destinationPort: '0' }, '01 20 0a000001  03 81 06  05 81 00'],
  ['a range', { sourcePort: '80:90' }, '01 20 0a000001  03 81 06  06 03 50 c5 5a'],
  ['a range across sizes', { sourcePort: '80:8080' }, '01 20 0a000001  03 81 06  06 03 50 d5 1f90'],
  ['a range from 0: 90 is in it', { sourcePort: '0:90' }, '01 20 0a000001  03 81 06  06 85 5a'],
  ['a range to the last: 80 is in it', { sourcePort: '80:65535' }, '01 20 0a000001  03 81 06  06 83 50'],
  ['all ports', { sourcePort: '0:65535' }, '01 20 0a000001  03 81 06  06 95 ffff'],
  ['a range of one', { sourcePort: '80:80' }, '01 20 0a000001  03 81 06  06 81 50'],
  ['a range of the last', { sourcePort: '65535:65535' }, '01 20 0a000001  03 81 06  06 91 ffff'],
  ['a range of 0', { sourcePort: '0:0' }, '01 20 0a000001  03 81 06  06 81 00'],
  ['a range of 0 and 1', { sourcePort: '0:1' }, '01 20 0a000001  03 81 06  06 85 01'],
  ['a range of the last two', { sourcePort: '65534:65535' }, '01 20 0a000001  03 81 06  06 93 fffe'],
  ['a source with host bits', { sourcePrefix: '10.0.4.7/22' }, '01 20 0a000001  02 16 0a0004  03 81 06'],
  ['any source', { sourcePrefix: '0.0.0.0/0' }, '01 20 0a000001  02 00  03 81 06'],
  ['another destination', { destinationPrefix: '9.9.9.0/24' }, '01 20 0a000001  03 81 06'],
];
for (const [name, classifier, bytes] of classifiers) {
  test(`classifier on the wire: ${name}`, () => {
    const nlri = hex(`00017f0000020000 ${bytes}`);
    assert.is(wire(classifier), toHex(Buffer.concat([Buffer.from([nlri.length]), nlri])));
  });
}

test('destinations on the wire: host bits are cut off, any is a length of 0', () => {
  assert.is(wire({ protocol: null }, '10.1.2.3/20'), '0d00017f000002000001140a0100');
  assert.is(wire({ protocol: null }, '0.0.0.0/0'), '0a00017f0000020000' + '0100');
});

/** Port ranges as conditions (RFC 8955 §4.2.1.1): those that follow with `and` narrow the one before. */
test('a range means the ports from its first to its last', () => {
  fc.assert(
    fc.property(fc.nat(65535), fc.nat(65535), fc.nat(65535), (one, other, port) => {
      const [first, last] = [Math.min(one, other), Math.max(one, other)];
      const parsed = parseClassifier({ destinationPort: `${first}:${last}` });
      assert.ok(parsed.ok);
      const components = classifierComponents(parsed.value, parseIpPrefix('10.0.0.0/8')!);
      const ports = components.find(({ type }) => type === 'destination-port');
      assert.ok(ports !== undefined && 'matches' in ports);
      assert.ok(ports.matches.every(({ and }, index) => and === index > 0));
      const holds = ports.matches.every(
        ({ operator, value }) =>
          ((operator & 1) !== 0 && port === value) ||
          ((operator & 2) !== 0 && port > value) ||
          ((operator & 4) !== 0 && port < value),
      );
      assert.is(holds, first <= port && port <= last);
    }),
  );
});

test('golden: a FlowSpec route as the original sends it', () => {
  const parsed = parseClassifier({
    ...{ protocol: 'udp', sourcePrefix: '10.0.4.0/24', destinationPort: '80:90', sourcePort: '1000' },
  });
  assert.ok(parsed.ok);
  const { setup } = testInstance('ipvpn', { rd });
  const traffic = attractTraffic({
    classifier: parsed.value,
    redirectTargets: [routeTarget('64512:40')],
    to: routeTarget('64512:30'),
  });
  const route = attractor(setup, traffic, undefined).instanceRoute({
    ...{ what: { kind: 'prefix', prefix: parseIpPrefix('10.0.0.1/32')! }, received: [], records: [] },
  });
  const [update, ...more] = encodeUpdates([route!], { fourOctetAs: false });
  assert.equal(more, []);
  // The same attributes as those of the original, MP_REACH_NLRI first (RFC 7606 §5.1); order of communities is free.
  const attributes = [
    `80 0e 25  0001 86  00  00
       1f  00017f0000020000  01 20 0a000001  02 18 0a0004  03 81 11  05 03 50 c5 5a  06 91 03e8`,
    '40 01 01 00  40 02 00  40 05 04 00000064',
    'c0 10 10  0002fc0000000028  8008fc000000001e',
  ];
  // Before the attributes: marker, length, type, and two lengths.
  assert.is(toHex(update!.subarray(16 + 2 + 1 + 2 + 2)), toHex(hex(attributes.join(' '))));
});

/** Imports rt1, exports rt1; draws traffic for what has rt2 by FlowSpec routes with rt4, to itself as rt3. */
const readvertise = { from: [rt2], to: [rt3] };

const endpoint = (
  number: number,
  attract: Partial<AttractTraffic> = {},
  more: Partial<AttachRequest> = {},
): AttachRequest => vrfEndpoint(number, { readvertise, attractTraffic: attractTraffic(attract), ...more });

const defaultRoute = (number: number, order = 0): string =>
  `0.0.0.0/0 label ${16 + number} next-hop 192.0.2.100 rd 192.0.2.100:${number} ` +
  `[consistentHashSortOrder:${order} encap:MPLS target:${rt3}]`;
const defaults = (scene: VpnScene): readonly string[] =>
  scene.announced(VPNV4).filter((text) => text.startsWith('0.0.0.0/0 '));
const flow = (destination: string, targets = [rt4]): string =>
  `flow destination-ipv4 ${destination} protocol =tcp destination-port =80 rd 192.0.2.100:0 ` +
  `[redirect:${rt3} ${targets.map((target) => `target:${target}`).join(' ')}]`;
const flows = (scene: VpnScene): readonly string[] => scene.announced(FLOWSPEC_VPNV4);
const toAttract = (prefix: string, more: Parameters<typeof vpnv4Route>[1] = {}): Route =>
  vpnv4Route(prefix, { targets: [rt2], ...more });

test('a default route for each endpoint, from the first prefix to the last; a FlowSpec route for each prefix', async () => {
  const scene = vpnScene();
  await scene.manager.attach(endpoint(1));
  await scene.manager.attach(endpoint(2, {}, { hashOrder: 5 }));
  assert.equal([...defaults(scene), ...flows(scene)], []);
  const both = [defaultRoute(1), defaultRoute(2, 5)];
  const [one, two] = [toAttract('20.0.0.0/24'), toAttract('20.0.1.0/24', { communities: [record(rt1)] })];
  scene.bus.publish([one]);
  assert.equal([defaults(scene), flows(scene)], [both, [flow('20.0.0.0/24')]]);
  scene.bus.publish([two]);
  assert.equal([defaults(scene), flows(scene)], [both, [flow('20.0.0.0/24'), flow('20.0.1.0/24')]]);
  assert.is(scene.announced(VPNV4).length, 4, 'the prefixes themselves are not passed on');
  scene.bus.publish([withdrawn(one)]);
  assert.equal([defaults(scene), flows(scene)], [both, [flow('20.0.1.0/24')]]);
  scene.bus.publish([withdrawn(two)]);
  assert.equal([...defaults(scene), ...flows(scene)], []);
});

test('there is a way before traffic is drawn, and for as long as it is', async () => {
  const scene = vpnScene();
  await scene.manager.attach(endpoint(1));
  const published = scene.bus.published.length;
  const one = toAttract('20.0.0.0/24');
  scene.bus.publish([one]);
  scene.bus.publish([withdrawn(one)]);
  assert.equal(
    scene.bus.published
      .slice(published)
      .filter(({ source }) => source.kind === 'local')
      .map(({ family, attributes }) => `${attributes === undefined ? '-' : '+'} ${family.name}`),
    ['+ ipv4/mpls-vpn', '+ ipv4/flow-vpn', '- ipv4/flow-vpn', '- ipv4/mpls-vpn'],
  );
});

test('static prefixes: with the first endpoint that can be reached, until the last', async () => {
  const scene = vpnScene({ ipvpn: everyDirection });
  const statics = { staticDestinationPrefixes: prefixes('20.0.0.0/24', '30.0.0.7/8', '20.0.0.0/24') };
  const only = (number: number, more: Partial<AttachRequest> = {}): AttachRequest =>
    endpoint(number, statics, { readvertise: undefined, ...more });
  const all = [flow('20.0.0.0/24'), flow('30.0.0.0/8')];
  await scene.manager.attach(only(1, { direction: 'from-port' }));
  assert.equal([...defaults(scene), ...flows(scene)], []);
  await scene.manager.attach(only(2));
  assert.equal([defaults(scene), flows(scene)], [[defaultRoute(2)], all]);
  await scene.manager.attach(only(3));
  assert.equal([defaults(scene), flows(scene)], [[defaultRoute(2), defaultRoute(3)], all]);
  await scene.manager.detach(only(2));
  assert.equal([defaults(scene), flows(scene)], [[defaultRoute(3)], all]);
  await scene.manager.attach(only(3, { direction: 'from-port' }));
  assert.equal([...defaults(scene), ...flows(scene)], []);
  await scene.manager.attach(only(3));
  assert.equal([defaults(scene), flows(scene)], [[defaultRoute(3)], all]);
  await scene.manager.detach(only(3));
  assert.equal([...defaults(scene), ...flows(scene)], []);
  assert.equal(scene.announced(RTC), [`rtc 64512:target:${rt1} []`], 'nothing is to be passed on');
});

test('static prefixes and received ones: a prefix that is both is drawn until it is neither', async () => {
  const scene = vpnScene();
  const statics = { staticDestinationPrefixes: prefixes('20.0.0.0/24') };
  await scene.manager.attach(endpoint(1, statics));
  const published = scene.changeCount();
  scene.bus.publish([toAttract('20.0.0.0/24')]);
  assert.equal(flows(scene), [flow('20.0.0.0/24')]);
  assert.is(scene.changeCount(), published, 'nobody is told twice');
  scene.bus.publish([toAttract('20.0.1.0/24'), withdrawn(toAttract('20.0.0.0/24'))]);
  assert.equal(flows(scene), [flow('20.0.0.0/24'), flow('20.0.1.0/24')]);
});

test('several redirect targets are on one FlowSpec route; without any there is none', async () => {
  for (const redirectTargets of [[rt1, rt4], []]) {
    const scene = vpnScene();
    await scene.manager.attach(endpoint(1, { redirectTargets }));
    scene.bus.publish([toAttract('20.0.0.0/24')]);
    assert.equal(flows(scene), redirectTargets.length === 0 ? [] : [flow('20.0.0.0/24', redirectTargets)]);
    assert.equal(defaults(scene), [defaultRoute(1)]);
  }
});

test('loop protection: a record of a redirect target counts as one of the target itself', async () => {
  for (const target of [rt3, rt4]) {
    const scene = vpnScene();
    await scene.manager.attach(endpoint(1));
    scene.bus.publish([toAttract('20.0.0.0/24', { communities: [record(target)] })]);
    assert.equal([...defaults(scene), ...flows(scene)], []);
    scene.bus.publish([toAttract('20.0.0.0/24', { targets: [rt2, target] })]);
    assert.equal(flows(scene), [flow('20.0.0.0/24')], 'as a plain target it does not');
  }
});

/** A VRF must import a FlowSpec route to pass it on. */
const importing = { importTargets: [rt1, rt2] };
const received = flowRoute('30.0.0.0/24', [routeTarget('64512:99')], {
  targets: [rt2],
  communities: [record(rt1)],
});
const passedOn =
  `flow destination-ipv4 30.0.0.0/24 rd 192.0.2.100:0 ` +
  `[redirect:${rt4} rtrecord:${rt1} rtrecord:${rt2} target:${rt3}]`;

test('a received FlowSpec route is passed on toward the other side, with the RD of the instance', async () => {
  const scene = vpnScene();
  await scene.manager.attach(endpoint(1, {}, importing));
  scene.bus.publish([received]);
  assert.equal(flows(scene), [passedOn]);
  assert.equal(defaults(scene), [defaultRoute(1)]);
  scene.bus.publish([flowRoute('30.0.0.0/24', [], { targets: [rt1] })]);
  assert.equal([...defaults(scene), ...flows(scene)], [], 'it has lost its target');
});

test('a received FlowSpec route that is not imported, loops or cannot be expressed is not passed on', async () => {
  const cases: [AttachRequest, Route][] = [
    [endpoint(1), received],
    [
      endpoint(1, {}, importing),
      flowRoute('30.0.0.0/24', [rt1], { targets: [rt2], communities: [record(rt4)] }),
    ],
    [
      endpoint(1, {}, importing),
      flowRoute('30.0.0.0/24', [rt1], { targets: [rt2], communities: [record(rt3)] }),
    ],
    [endpoint(1, {}, importing), flowRoute('30.0.0.0/24', [rt1], { targets: [rt1] })],
    [endpoint(1, { redirectTargets: [rt4, rt1] }, importing), received],
  ];
  for (const [request, route] of cases) {
    const scene = vpnScene();
    await scene.manager.attach(request);
    scene.bus.publish([route]);
    assert.equal([...defaults(scene), ...flows(scene)], []);
  }
});

test('endpoints come and go while a FlowSpec route is passed on', async () => {
  const scene = vpnScene();
  for (const number of [1, 2]) assert.ok((await scene.manager.attach(endpoint(number, {}, importing))).ok);
  scene.bus.publish([received]);
  assert.ok((await scene.manager.detach(endpoint(1))).ok);
  assert.equal([defaults(scene), flows(scene)], [[defaultRoute(2)], [passedOn]]);
  assert.ok((await scene.manager.detach(endpoint(2))).ok);
  assert.equal(scene.announced(), []);
});

test('the node that is drawn to by another VRF of its own sends its packets there', async () => {
  const scene = vpnScene();
  const statics = { staticDestinationPrefixes: prefixes('20.0.0.0/24') };
  await scene.manager.attach(endpoint(1, statics, { readvertise: undefined }));
  await scene.manager.attach(
    vrfEndpoint(2, { instanceId: 'client', importTargets: [rt4], exportTargets: [] }),
  );
  const redirect = scene.manager.find(`redirect-to-ipvpn-${rt3.replace(':', '_')}`)!.instance.setup.number;
  assert.equal(
    [...scene.ipvpn.held.values()].flatMap((state) =>
      state.kind === 'remote-prefix' ? [[state.instance, state.prefix, state.nextHops[0]!.label]] : [],
    ),
    [[redirect, '0.0.0.0/0', 17]],
  );
  await scene.manager.detach(endpoint(1));
  assert.is(scene.manager.instanceCount, 1);
});

test('the looking glass shows what is asked for', async () => {
  const scene = vpnScene();
  await scene.manager.attach(endpoint(1, { staticDestinationPrefixes: prefixes('20.0.0.0/24', '30.0.0.1') }));
  await scene.manager.attach(endpoint(1, {}, { instanceId: 'other' }));
  const shown = (id: string): unknown => vpnPage(scene, 'instances', id, 'attract_traffic');
  const common = {
    redirect_rts: [`target:${rt4}`],
    classifier: { destinationPort: '80' },
    to: [`target:${rt3}`],
  };
  assert.equal(shown('vrf'), { ...common, static_destination_prefixes: ['20.0.0.0/24', '30.0.0.1/32'] });
  assert.equal(shown('other'), { ...common, static_destination_prefixes: null });
});

const setups: [name: string, setup: Omit<PassingOn, 'ecmp'>][] = [
  ['with readvertise', { readvertise: { from: [rt1, rt2], to: [rt3] }, attractTraffic: attractTraffic() }],
  [
    'with static prefixes too and two redirect targets',
    {
      readvertise: { from: [rt1], to: [rt3] },
      attractTraffic: attractTraffic({
        redirectTargets: [rt4, rt2],
        staticDestinationPrefixes: prefixes('10.1.0.0/24', '20.0.0.0/8'),
      }),
    },
  ],
  [
    'with static prefixes alone',
    {
      readvertise: undefined,
      attractTraffic: attractTraffic({ staticDestinationPrefixes: prefixes('20.0.0.0/8') }),
    },
  ],
];
for (const [name, setup] of setups) {
  for (const ecmp of [false, true]) {
    test(`whatever happens, what is announced is what follows from what there is: ${name}, ECMP ${ecmp}`, async () => {
      await fc.assert(
        fc.asyncProperty(steps(ecmp), async (list) => {
          const vrf = new PassingOnVrf({ ...setup, ecmp });
          for (const step of list) {
            await vrf.take(step);
            assert.equal(vrf.announced, expectedRoutes(vrf.known));
            assert.equal(vrf.prefixes, expectedPrefixes(vrf.known));
          }
        }),
        { numRuns: 150 },
      );
    });
  }
}

test.run();
