import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { nlriCodec } from '../../../lib/bgp/nlri/registry.ts';
import type { Confirmation, DataplaneFault, Intent } from '../../../lib/dataplane/intent.ts';
import type { InstanceInput, InstanceOutput } from '../../../lib/vpn/instance-events.ts';
import type { Instance } from '../../../lib/vpn/instance.ts';
import type { AttachRequest } from '../../../lib/vpn/request.ts';
import {
  attachRequest,
  mac1,
  mac2,
  ourAddress,
  testInstance,
  type TestInstance,
} from '../../fixtures/instances.ts';
import { attractTraffic } from '../../fixtures/passing-on.ts';
import { macRoute, multicastRoute, pe1, pe2, rt1, rt2, vpnv4Route } from '../../fixtures/routes.ts';
import type { Publication, Route } from '../../../lib/rib/route.ts';

const fault: DataplaneFault = { command: 'ip link set tap1', reason: 'Cannot find device "tap1"' };

/** Feeds an instance as its pipeline does: every intent is confirmed, or fails if its key matches `failing`. */
class Driver {
  readonly instance: Instance;
  /** What the dataplane holds: keys of intents. */
  readonly held = new Set<string>();
  /** What the network has of us. */
  readonly announced = new Map<string, Route>();
  readonly answers: InstanceOutput[] = [];
  targets: readonly string[] = [];
  ended = false;
  failing: RegExp | undefined;
  readonly order: string[] = [];

  constructor({ instance }: TestInstance) {
    this.instance = instance;
  }

  feed(input: InstanceInput): this {
    const queue: InstanceInput[] = [input];
    while (queue.length > 0) {
      for (const output of this.instance.step(queue.shift()!)) {
        this.order.push(output.type);
        if (output.type === 'intents')
          queue.push({ type: 'confirmations', confirmations: this.#apply(output.intents) });
        if (output.type === 'publish') output.publications.forEach((each) => this.#publish(each));
        if (output.type === 'subscribe') this.targets = [...this.instance.importTargets];
        if (output.type === 'answer') this.answers.push(output);
        if (output.type === 'ended') this.ended = true;
      }
    }
    return this;
  }

  attach(request: AttachRequest): string {
    return this.feed({ type: 'attach', request }).#lastAnswer();
  }

  detach(request: AttachRequest): string {
    return this.feed({ type: 'detach', request }).#lastAnswer();
  }

  routes(...changes: readonly { before: Route | undefined; after: Route | undefined }[]): this {
    return this.feed({ type: 'best-paths', changes: this.instance.bestPaths.reduce(changes) });
  }

  /** Names of the announced routes, as the looking glass has them. */
  names(): readonly string[] {
    return Array.from(this.announced.values(), (route) =>
      nlriCodec(route.family).format(route, route.attributes.nextHop),
    ).sort();
  }

  #apply(intents: readonly Intent[]): readonly Confirmation[] {
    return intents.map((intent) => {
      if (intent.state !== undefined && this.failing?.test(intent.key) === true) return { intent, fault };
      if (intent.state === undefined) this.held.delete(intent.key);
      else this.held.add(intent.key);
      return { intent, fault: undefined };
    });
  }

  #publish(each: Publication): void {
    const id = `${each.family.name} ${each.key}`;
    if (each.attributes === undefined) assert.ok(this.announced.delete(id), 'withdraws what was announced');
    else this.announced.set(id, each as Route);
  }

  #lastAnswer(): string {
    const answer = this.answers.at(-1);
    assert.ok(answer?.type === 'answer');
    return answer.result.ok ? 'ok' : `${answer.result.fault.kind}: ${answer.result.fault.message}`;
  }
}

const multicast = `evpn:multicast::${ourAddress}:999:0:${ourAddress}`;
const macIp = (ip: string, mac = mac1): string =>
  `evpn:macadv::${ourAddress}:999:-:0:${mac.toUpperCase()}/48:${ip}: label 31 (500)`;

test('EVI: nothing is announced before the dataplane has confirmed', () => {
  const driver = new Driver(testInstance('evpn'));
  assert.is(driver.attach(attachRequest('evpn', '10.0.0.1')), 'ok');
  assert.equal(driver.order.slice(0, 3), ['intents', 'publish', 'subscribe']);
  assert.equal(driver.names(), [macIp('10.0.0.1'), multicast]);
  assert.equal([...driver.held], ['1/evi', '1/evpn-port/tap1', `1/local-mac/${mac1}`]);
  assert.equal(driver.targets, [rt1]);
});

test('EVI: with the last endpoint everything goes', () => {
  const made = testInstance('evpn');
  const driver = new Driver(made);
  driver.attach(attachRequest('evpn', '10.0.0.1'));
  driver.routes(
    { before: undefined, after: macRoute(mac2, '10.0.0.2') },
    { before: undefined, after: multicastRoute() },
  );
  assert.is(driver.held.size, 6);
  assert.is(driver.detach(attachRequest('evpn', '10.0.0.1')), 'ok');
  assert.ok(driver.ended);
  assert.equal([...driver.held], []);
  assert.equal(driver.names(), []);
  assert.is(made.labels.inUse().size, 0);
  assert.is(made.distinguishers.inUse().size, 0);
});

for (const vpnType of ['evpn', 'ipvpn'] as const) {
  test(`${vpnType}: a first attachment that fails leaves nothing behind`, () => {
    const made = testInstance(vpnType);
    const driver = new Driver(made);
    driver.failing = /local-mac|vrf-endpoint/;
    assert.is(
      driver.attach(attachRequest(vpnType, '10.0.0.1')),
      'dataplane: ip link set tap1: Cannot find device "tap1"',
    );
    assert.ok(driver.ended);
    assert.equal([...driver.held], []);
    assert.equal(driver.names(), []);
    assert.equal(driver.targets, []);
    assert.is(made.labels.inUse().size + made.distinguishers.inUse().size, 0);
  });

  test(`${vpnType}: a later attachment that fails changes nothing`, () => {
    const made = testInstance(vpnType);
    const driver = new Driver(made);
    driver.attach(attachRequest(vpnType, '10.0.0.1'));
    const before = { names: driver.names(), held: [...driver.held], labels: made.labels.inUse().size };
    driver.failing = /52:54:00:00:00:02/;
    const port = { interface: 'tap2', description: { linuxif: 'tap2' } };
    const request = attachRequest(vpnType, '10.0.0.2', {
      mac: mac2,
      port,
      exportTargets: [rt2],
      importTargets: [rt2],
    });
    assert.match(driver.attach(request), /^dataplane/);
    const after = { names: driver.names(), held: [...driver.held], labels: made.labels.inUse().size };
    assert.equal(after, before);
    assert.equal(driver.targets, [rt1]);
    assert.not.ok(driver.ended);
    assert.match(driver.detach(request), /not plugged yet/);
  });
}

test('EVI: an endpoint without an IP has an RD of its own, and gives way to one with an IP', () => {
  const driver = new Driver(testInstance('evpn'));
  driver.attach(attachRequest('evpn', undefined));
  const wildcard = `evpn:macadv::${ourAddress}:0:-:0:${mac1.toUpperCase()}/48:: label 31 (500)`;
  assert.equal(driver.names(), [wildcard, multicast]);
  driver.attach(attachRequest('evpn', '10.0.0.1'));
  assert.equal(driver.names(), [macIp('10.0.0.1'), multicast]);
  assert.is(driver.instance.endpoints.size, 1);
});

test('EVI: a detach without an IP takes all addresses of the MAC', () => {
  const driver = new Driver(testInstance('evpn'));
  driver.attach(attachRequest('evpn', '10.0.0.1'));
  driver.attach(attachRequest('evpn', '10.0.0.2'));
  assert.is(driver.detach(attachRequest('evpn', undefined)), 'ok');
  assert.ok(driver.ended);
});

test('one MAC with two addresses: one goes, the other stays, with its label and its dataplane state', () => {
  const made = testInstance('ipvpn');
  const driver = new Driver(made);
  driver.attach(attachRequest('ipvpn', '10.0.0.1'));
  driver.attach(attachRequest('ipvpn', '10.0.0.2'));
  assert.equal([...made.labels.inUse().keys()], [16]);
  assert.is(driver.detach(attachRequest('ipvpn', '10.0.0.1')), 'ok');
  assert.equal([...driver.held], ['1/vrf', `1/vrf-endpoint/${mac1}/10.0.0.2`]);
  assert.equal(driver.names(), [`10.0.0.2/32 label 16 next-hop ${ourAddress} rd ${ourAddress}:999`]);
  assert.equal([...made.labels.inUse().keys()], [16]);
});

test('two endpoints that give one route: it stays until both are gone', () => {
  const driver = new Driver(testInstance('ipvpn'));
  driver.attach(attachRequest('ipvpn', '10.0.0.1/24'));
  driver.attach(attachRequest('ipvpn', '10.0.0.1/32'));
  assert.is(driver.names().length, 1);
  driver.detach(attachRequest('ipvpn', '10.0.0.1/24'));
  assert.is(driver.names().length, 1);
  driver.detach(attachRequest('ipvpn', '10.0.0.1/32'));
  assert.is(driver.names().length, 0);
});

test('other export targets: every route of the instance is announced again with them', () => {
  const driver = new Driver(testInstance('evpn'));
  driver.attach(attachRequest('evpn', '10.0.0.1'));
  driver.attach(attachRequest('evpn', '10.0.0.2', { exportTargets: [rt2], importTargets: [rt1, rt2] }));
  assert.is(driver.announced.size, 3);
  for (const { attributes } of driver.announced.values()) assert.equal(attributes.routeTargets, [rt2]);
  assert.equal(driver.targets, [rt1, rt2]);
});

test('a refresh replaces preference and description, and keeps label and RD', () => {
  const driver = new Driver(testInstance('ipvpn'));
  driver.attach(attachRequest('ipvpn', '10.0.0.1'));
  const names = driver.names();
  driver.attach(attachRequest('ipvpn', '10.0.0.1', { localPref: 50, description: 'again' }));
  assert.equal(driver.names(), names);
  assert.is([...driver.announced.values()][0]!.attributes.localPref, 50);
  assert.is([...driver.instance.endpoints][0]!.description, 'again');
});

const refusals: [name: string, request: AttachRequest, text: RegExp][] = [
  [
    'the same MAC on another port',
    attachRequest('ipvpn', '10.0.0.2', { port: { interface: 'tap2', description: { linuxif: 'tap2' } } }),
    /^request: Port information is not consistent/,
  ],
  [
    'the same IP for another MAC',
    attachRequest('ipvpn', '10.0.0.1', { mac: mac2 }),
    /^request: Inconsistent endpoint info/,
  ],
  [
    'a direction that the driver does not have',
    attachRequest('ipvpn', '10.0.0.2', { direction: 'to-port' }),
    /^request: Unsupported direction: to-port/,
  ],
];
for (const [name, request, text] of refusals) {
  test(`refused: ${name}`, () => {
    const driver = new Driver(testInstance('ipvpn'));
    driver.attach(attachRequest('ipvpn', '10.0.0.1'));
    const before = [...driver.held];
    assert.match(driver.attach(request), text);
    assert.equal([...driver.held], before);
    assert.is(driver.instance.endpoints.size, 1);
  });
}

const gains = (after: Route): { before: undefined; after: Route } => ({ before: undefined, after });
const loses = (before: Route): { before: Route; after: undefined } => ({ before, after: undefined });

test('EVI: remote MACs, their addresses and flooding reach the dataplane and leave it', () => {
  const driver = new Driver(testInstance('evpn'));
  driver.attach(attachRequest('evpn', '10.0.0.1'));
  const local = new Set(driver.held);
  const first = macRoute(mac2, '10.0.0.2');
  const second = macRoute(mac2, '10.0.0.3');
  driver.routes(gains(first), gains(second), gains(multicastRoute()));
  const remote = (): readonly string[] => [...driver.held].filter((key) => !local.has(key)).sort();
  const neighbour = (ip: string): string => `1/neighbour/${ip}`;
  assert.equal(remote(), [
    `1/flood/${pe1}/500`,
    neighbour('10.0.0.2'),
    neighbour('10.0.0.3'),
    `1/remote-mac/${mac2}`,
  ]);
  driver.routes(loses(first));
  assert.equal(remote(), [`1/flood/${pe1}/500`, neighbour('10.0.0.3'), `1/remote-mac/${mac2}`]);
  driver.routes(loses(second), loses(multicastRoute()));
  assert.equal(
    remote(),
    [`1/flood/${pe1}/500`],
    'a route that is not the one that was given is not taken away',
  );
});

test('EVI: what is plugged here is here, whatever others say of it', () => {
  const driver = new Driver(testInstance('evpn'));
  driver.attach(attachRequest('evpn', '10.0.0.1'));
  const elsewhere = macRoute(mac2, '10.0.0.2');
  driver.routes(gains(elsewhere));
  assert.ok(driver.held.has(`1/remote-mac/${mac2}`));
  const port = { interface: 'tap2', description: { linuxif: 'tap2' } };
  const moved = attachRequest('evpn', '10.0.0.2', { mac: mac2, port });
  driver.attach(moved);
  assert.ok(driver.held.has(`1/local-mac/${mac2}`));
  assert.not.ok(driver.held.has(`1/remote-mac/${mac2}`));
  assert.not.ok(driver.held.has('1/neighbour/10.0.0.2'));
  driver.detach(moved);
  assert.ok(driver.held.has(`1/remote-mac/${mac2}`), 'gone from here, it is there again');
});

test('EVI: two networks of one VTEP that flood to it as one are one entry, which goes with the last', () => {
  const driver = new Driver(testInstance('evpn'));
  driver.attach(attachRequest('evpn', '10.0.0.1'));
  const one = multicastRoute({ rd: `${pe1}:1` });
  const other = multicastRoute({ rd: `${pe1}:2` });
  driver.routes(gains(one), gains(other));
  driver.routes(loses(one));
  assert.ok(driver.held.has(`1/flood/${pe1}/500`));
  driver.routes(loses(other));
  assert.not.ok(driver.held.has(`1/flood/${pe1}/500`));
});

test('EVI: routes without an encapsulation community are VXLAN, those with another are not used', () => {
  const driver = new Driver(testInstance('evpn'));
  driver.attach(attachRequest('evpn', '10.0.0.1'));
  driver.routes(
    gains(macRoute(mac2, undefined, { communities: [{ kind: 'encapsulation', tunnelType: 10 }] })),
  );
  assert.not.ok(driver.held.has(`1/remote-mac/${mac2}`));
  assert.ok(driver.order.includes('warning'));
  const mac3 = '52:54:00:00:00:03';
  driver.routes(gains(macRoute(mac3, undefined)));
  assert.ok(driver.held.has(`1/remote-mac/${mac3}`));
});

test('EVI: of two PEs that announce one MAC the higher mobility sequence wins, then the lower address', () => {
  const driver = new Driver(testInstance('evpn'));
  driver.attach(attachRequest('evpn', '10.0.0.1'));
  const vtep = (): string => driver.instance.bestPaths.bestOf(`MAC ${mac2}`)[0]!.attributes.nextHop!;
  driver.routes(
    gains(macRoute(mac2, undefined, { nextHop: pe2 })),
    gains(macRoute(mac2, undefined, { nextHop: pe1 })),
  );
  assert.is(vtep(), pe1);
  const communities = [{ kind: 'mac-mobility', sticky: false, sequence: 1 }] as const;
  driver.routes(gains(macRoute(mac2, undefined, { nextHop: pe2, rd: `${pe2}:9`, communities })));
  assert.is(vtep(), pe2);
});

test('EVI: with a MAC that was plugged here in between, all its addresses come back', () => {
  const driver = new Driver(testInstance('evpn'));
  driver.attach(attachRequest('evpn', '10.0.0.1'));
  driver.routes(gains(macRoute(mac2, '10.0.0.2')));
  assert.ok(driver.held.has('1/neighbour/10.0.0.2'));
  const port = { interface: 'tap2', description: { linuxif: 'tap2' } };
  const other = attachRequest('evpn', '10.0.0.9', { mac: mac2, port });
  driver.attach(other);
  assert.not.ok(driver.held.has('1/neighbour/10.0.0.2'));
  driver.detach(other);
  assert.ok(driver.held.has(`1/remote-mac/${mac2}`));
  assert.ok(driver.held.has('1/neighbour/10.0.0.2'));
});

test('EVI: a route that cannot be used does not hide one that can', () => {
  const driver = new Driver(testInstance('evpn'));
  driver.attach(attachRequest('evpn', '10.0.0.1'));
  const unusable = macRoute(mac2, undefined, { communities: [{ kind: 'encapsulation', tunnelType: 10 }] });
  driver.routes(gains(unusable), gains(macRoute(mac2, undefined, { nextHop: pe2 })));
  assert.ok(driver.held.has(`1/remote-mac/${mac2}`));
  assert.is(driver.instance.bestPaths.whyNotBest(`MAC ${mac2}`, unusable), 'not-usable');
});

const odd: [name: string, route: Route][] = [
  ['a tunnel endpoint of 0.0.0.0', multicastRoute({ nextHop: '0.0.0.0' })],
  ['a tunnel endpoint that is a group', macRoute(mac2, undefined, { nextHop: '224.0.0.5', rd: `${pe1}:2` })],
  ['an IPv6 tunnel endpoint', macRoute(mac2, undefined, { nextHop: '2001:db8::1', rd: `${pe1}:2` })],
  ['a VNI of 0', macRoute(mac2, undefined, { label: 0 })],
  ['our own tunnel endpoint and VNI', multicastRoute({ nextHop: ourAddress })],
  ['a MAC of a group', macRoute('01:00:5e:00:00:01', undefined)],
  ['the broadcast MAC', macRoute('ff:ff:ff:ff:ff:ff', undefined)],
  ['a MAC of zeros', macRoute('00:00:00:00:00:00', undefined)],
  ['a broadcast IP', macRoute(mac2, '255.255.255.255')],
];
for (const [name, route] of odd) {
  test(`EVI: a route with ${name} does not reach the dataplane`, () => {
    const driver = new Driver(testInstance('evpn'));
    driver.attach(attachRequest('evpn', '10.0.0.1'));
    const before = [...driver.held];
    driver.routes(gains(route));
    assert.equal([...driver.held], before);
    assert.ok(driver.order.includes('warning'));
  });
}

test('EVI: another network of our own node is reached through our own tunnel endpoint', () => {
  const driver = new Driver(testInstance('evpn'));
  driver.attach(attachRequest('evpn', '10.0.0.1'));
  driver.routes(gains(multicastRoute({ nextHop: ourAddress, label: 501 })));
  assert.ok(driver.held.has(`1/flood/${ourAddress}/501`));
});

test('EVI: addresses of PEs compare as numbers', () => {
  const driver = new Driver(testInstance('evpn'));
  driver.attach(attachRequest('evpn', '10.0.0.1'));
  for (const nextHop of ['192.0.2.9', '10.100.100.100']) {
    driver.routes(gains(macRoute(mac2, undefined, { nextHop })));
  }
  assert.is(driver.instance.bestPaths.bestOf(`MAC ${mac2}`)[0]!.attributes.nextHop, '10.100.100.100');
});

test('a warning is given once for a source, whatever the number of its routes', () => {
  const driver = new Driver(testInstance('evpn'));
  driver.attach(attachRequest('evpn', '10.0.0.1'));
  for (const mac of [mac2, '52:54:00:00:00:03']) {
    driver.routes(
      gains(macRoute(mac, '10.0.0.2', { communities: [{ kind: 'encapsulation', tunnelType: 10 }] })),
    );
  }
  assert.is(driver.order.filter((type) => type === 'warning').length, 1);
});

test('a VNI other than that of the instance is ignored with a word', () => {
  const driver = new Driver(testInstance('evpn'));
  driver.attach(attachRequest('evpn', '10.0.0.1'));
  assert.is(driver.attach(attachRequest('evpn', '10.0.0.2', { vni: 501 })), 'ok');
  assert.is(driver.order.filter((type) => type === 'warning').length, 1);
});

test('another readvertise or attract_traffic than the first is ignored with a word, none at all without', () => {
  const readvertise = { from: [rt1], to: [rt2] };
  const driver = new Driver(testInstance('ipvpn', { readvertise }));
  const warnings = (): number => driver.order.filter((type) => type === 'warning').length;
  driver.attach(attachRequest('ipvpn', '10.0.0.1', { readvertise: { from: [rt1], to: [rt2] } }));
  driver.attach(attachRequest('ipvpn', '10.0.0.1'));
  assert.is(warnings(), 0);
  driver.attach(attachRequest('ipvpn', '10.0.0.1', { readvertise: { from: [rt2], to: [rt1] } }));
  assert.is(warnings(), 1);
  driver.attach(attachRequest('ipvpn', '10.0.0.1', { attractTraffic: attractTraffic() }));
  assert.is(warnings(), 2);
});

test('when the last export target goes the routes go, until there are some again', () => {
  const driver = new Driver(testInstance('evpn'));
  driver.attach(attachRequest('evpn', '10.0.0.1'));
  driver.attach(attachRequest('evpn', '10.0.0.2'));
  driver.attach(attachRequest('evpn', '10.0.0.1', { exportTargets: [] }));
  assert.equal(driver.names(), [macIp('10.0.0.1')], 'what is attached is announced all the same');
  driver.attach(attachRequest('evpn', '10.0.0.2'));
  assert.equal(driver.names(), [macIp('10.0.0.1'), macIp('10.0.0.2'), multicast]);
});

test('an instance that begins without export targets announces its routes without any', () => {
  const driver = new Driver(testInstance('evpn'));
  driver.attach(attachRequest('evpn', '10.0.0.1', { exportTargets: [] }));
  driver.attach(attachRequest('evpn', '10.0.0.2', { exportTargets: [] }));
  assert.equal(driver.names(), [macIp('10.0.0.1'), macIp('10.0.0.2'), multicast]);
});

test('VRF: the dataplane has a prefix for as long as there is a route to it', () => {
  const driver = new Driver(testInstance('ipvpn'));
  driver.attach(attachRequest('ipvpn', '10.0.0.1'));
  const low = vpnv4Route('10.1.0.0/24', { values: { localPref: 50 } });
  const high = vpnv4Route('10.1.0.0/24', { nextHop: pe2 });
  driver.routes(gains(low)).routes(gains(high)).routes(loses(high));
  assert.ok(driver.held.has('1/remote-prefix/10.1.0.0/24'));
  driver.routes(loses(low));
  assert.not.ok(driver.held.has('1/remote-prefix/10.1.0.0/24'));
});

test('a stop removes everything, and answers who waits', () => {
  const made = testInstance('ipvpn');
  const { instance } = made;
  const driver = new Driver(made);
  driver.attach(attachRequest('ipvpn', '10.0.0.1'));
  const waiting = instance.step({ type: 'attach', request: attachRequest('ipvpn', '10.0.0.2') });
  assert.equal(
    waiting.map(({ type }) => type),
    ['intents'],
  );
  driver.feed({ type: 'stop' });
  assert.is(driver.answers.length, 2);
  assert.ok(driver.ended);
  assert.equal([...driver.held], []);
  assert.equal(driver.names(), []);
});

test.run();
