import * as assert from 'uvu/assert';
import type { Answer } from '../support/api-client.ts';
import type { Contest } from './contest.ts';
import type { DifferenceName } from './differences.ts';
import type { Fact } from './fact.ts';
import type { RemoteRoute } from './remote-route.ts';
import { type Json, ORIGINAL, OURS, type Side } from './side.ts';
import type { Body } from './step.ts';

/** A few steps that show one listed difference: ours as the list says, the original as it is. */
export interface Proof {
  readonly difference: DifferenceName;
  readonly what: string;
  readonly run: (stage: Stage) => Promise<void>;
}

/**
 * What a proof works with. Each has a number of its own, from which its instances and route targets are made: what
 * one leaves behind at the original is not seen by another.
 */
export class Stage {
  private readonly contest: Contest;
  private readonly number: number;

  constructor(contest: Contest, number: number) {
    this.contest = contest;
    this.number = number;
  }

  /** Route target `index` of this proof. */
  target(index: number): string {
    return `64512:${1000 + 10 * this.number + index}`;
  }

  id(name: string): string {
    return `proof-${this.number}-${name}`;
  }

  attachBody(vpnType: 'ipvpn' | 'evpn', more: Body = {}): Body {
    return {
      ...{ vpn_type: vpnType, vpn_instance_id: this.id(vpnType), gateway_ip: '10.0.0.254' },
      ...{ mac_address: '52:54:00:00:00:01', ip_address: this.ip(1), local_port: 'tap1' },
      ...{ import_rt: [this.target(1)], export_rt: [this.target(1)] },
      ...more,
    };
  }

  ip(host: number): string {
    return `10.100.${this.number}.${host}`;
  }

  route(
    more: { readonly targets: readonly string[]; readonly rd?: number } & Partial<RemoteRoute>,
  ): RemoteRoute {
    return {
      ...{ family: 'vpnv4', rd: 1, prefix: `40.${this.number}.0.0/16`, label: 500, nextHop: '192.0.2.1' },
      ...more,
    } as RemoteRoute;
  }

  /** Statuses of both answers. */
  async call(kind: 'attach' | 'detach', body: Body): Promise<readonly [ours: number, original: number]> {
    const answers = (await this.contest.play({ kind, body })) as ReadonlyMap<Side, Answer>;
    return [answers.get(OURS)!.status, answers.get(ORIGINAL)!.status];
  }

  /** Both accept it. */
  async accepted(kind: 'attach' | 'detach', body: Body): Promise<void> {
    assert.equal(await this.call(kind, body), [200, 200]);
  }

  async announce(route: RemoteRoute): Promise<void> {
    await this.contest.play({ kind: 'announce', route });
  }

  async withdraw(route: RemoteRoute): Promise<void> {
    await this.contest.play({ kind: 'withdraw', route });
  }

  /** Somebody imports these, so that routes with them are on the wire. */
  async ask(...targets: readonly string[]): Promise<void> {
    for (const target of targets) await this.contest.play({ kind: 'ask', target });
  }

  /** What is seen of each when all is quiet. */
  async see(): Promise<readonly [ours: Sight, original: Sight]> {
    await this.contest.settle();
    const [ours, original] = await this.contest.observe({
      instances: (id) => id.startsWith(this.id('')) || id.startsWith('redirect-to-'),
      // The original cannot show those of an instance in which it has forgotten a machine.
      endpoints: false,
    });
    return [new Sight(ours), new Sight(original)];
  }

  lookingGlass(side: Side, path: string): Promise<unknown> {
    return this.contest.api(side).lookingGlass(path);
  }
}

class Sight {
  private readonly facts: readonly Fact[];

  constructor(facts: readonly Fact[]) {
    this.facts = facts;
  }

  /** What it tells the reflector with one of these among the targets: `10.0.0.1/32`, or what else it is a route to. */
  routesTo(target: string): string[] {
    return this.wire(target).map(({ subject }) => subject.replace(/^\S+ /, ''));
  }

  wire(target: string): readonly Fact[] {
    return this.facts
      .filter(({ kind, members }) => kind === 'wire' && members['targets']?.split(' ').includes(target))
      .sort((a, b) => (a.subject < b.subject ? -1 : 1));
  }

  asksFor(target: string): boolean {
    return this.facts.some(({ kind, subject }) => kind === 'wire' && subject === `rtc ${target}`);
  }

  has(instance: string): boolean {
    return this.facts.some(({ kind, subject }) => kind === 'instance' && subject === instance);
  }

  received(instance: string): readonly Fact[] {
    return this.facts.filter(
      ({ kind, subject }) => kind === 'received' && subject.startsWith(`${instance} `),
    );
  }
}

export const PROOFS: readonly Proof[] = [
  {
    difference: 'malformed',
    what: 'a route target that is none',
    async run(stage) {
      const body = stage.attachBody('ipvpn', { import_rt: ['foo'] });
      assert.equal(await stage.call('attach', body), [400, 500]);
    },
  },
  {
    difference: 'refused',
    what: 'a new EVI goes with its refused endpoint',
    async run(stage) {
      await stage.ask(stage.target(1));
      const body = stage.attachBody('evpn', { direction: 'to-port' });
      assert.equal(await stage.call('attach', body), [400, 400]);
      const [ours, original] = await stage.see();
      assert.equal([ours.has(stage.id('evpn')), original.has(stage.id('evpn'))], [false, true]);
      assert.equal([ours.asksFor(stage.target(1)), original.asksFor(stage.target(1))], [false, true]);
      assert.equal(ours.routesTo(stage.target(1)), []);
      assert.equal(original.routesTo(stage.target(1)), ['type 3 self']);
    },
  },
  {
    difference: 'refused',
    what: 'a machine is still known after another address was refused for it',
    async run(stage) {
      await stage.accepted('attach', stage.attachBody('ipvpn'));
      const more = { ip_address: stage.ip(2), direction: 'to-port' };
      assert.equal(await stage.call('attach', stage.attachBody('ipvpn', more)), [400, 400]);
      assert.equal(await stage.call('detach', stage.attachBody('ipvpn')), [200, 400]);
      const [ours, original] = await stage.see();
      assert.equal(ours.routesTo(stage.target(1)), []);
      assert.equal(original.routesTo(stage.target(1)), [`${stage.ip(1)}/32`]);
    },
  },
  {
    difference: 'detach-unknown',
    what: 'an endpoint that a VRF never had',
    async run(stage) {
      await stage.accepted('attach', stage.attachBody('ipvpn'));
      const body = stage.attachBody('ipvpn', { mac_address: '52:54:00:00:00:02', ip_address: stage.ip(2) });
      assert.equal(await stage.call('detach', body), [400, 500]);
    },
  },
  {
    difference: 'target-forms',
    what: 'route targets of an address and of a 4-octet AS',
    async run(stage) {
      const targets = ['192.0.2.1:7', '65537:1'];
      const body = stage.attachBody('ipvpn', { import_rt: targets, export_rt: targets });
      assert.equal(await stage.call('attach', body), [200, 500]);
      const [ours] = await stage.see();
      assert.ok(ours.asksFor('192.0.2.1:7'));
      assert.equal(ours.routesTo('192.0.2.1:7'), [`${stage.ip(1)}/32`]);
    },
  },
  {
    difference: 'ipv6',
    what: 'an address that would become another one',
    async run(stage) {
      const body = stage.attachBody('ipvpn', { ip_address: '2001:db8::1' });
      assert.equal(await stage.call('attach', body), [400, 200]);
      const [ours, original] = await stage.see();
      assert.equal(ours.routesTo(stage.target(1)), []);
      assert.equal(original.routesTo(stage.target(1)), ['32.1.13.184/32']);
    },
  },
  {
    difference: 'group-mac',
    what: 'the MAC of a multicast group',
    async run(stage) {
      const body = stage.attachBody('evpn', { mac_address: '01:00:5e:00:00:01' });
      assert.equal(await stage.call('attach', body), [400, 200]);
    },
  },
  {
    difference: 'export-targets',
    what: 'the multicast route of an EVI has the new ones',
    async run(stage) {
      const [first, second] = [stage.target(1), stage.target(2)];
      await stage.ask(first, second);
      await stage.accepted('attach', stage.attachBody('evpn', { export_rt: [first] }));
      await stage.see();
      await stage.accepted('attach', stage.attachBody('evpn', { export_rt: [second] }));
      const [ours, original] = await stage.see();
      assert.equal(ours.routesTo(first), []);
      assert.ok(ours.routesTo(second).includes('type 3 self'));
      assert.ok(original.routesTo(first).includes('type 3 self'));
      assert.not(original.routesTo(second).includes('type 3 self'));
    },
  },
  {
    difference: 'export-targets',
    what: 'routes to endpoints are not withdrawn',
    async run(stage) {
      const targets = [stage.target(1), stage.target(2)] as const;
      await stage.ask(...targets);
      const others = { mac_address: '52:54:00:00:00:02', ip_address: stage.ip(2) };
      await stage.accepted('attach', stage.attachBody('ipvpn'));
      await stage.accepted('attach', stage.attachBody('ipvpn', others));
      await stage.see();
      // With the original it is a race which one of two threads nearly always wins.
      for (let attempt = 1; attempt <= 5; attempt++) {
        const target = targets[attempt % 2]!;
        await stage.accepted('attach', stage.attachBody('ipvpn', { export_rt: [target] }));
        const [ours, original] = await stage.see();
        assert.equal(ours.routesTo(target), [`${stage.ip(1)}/32`, `${stage.ip(2)}/32`]);
        if (!original.routesTo(target).includes(`${stage.ip(2)}/32`)) return;
      }
      assert.unreachable('the original has kept all routes');
    },
  },
  {
    difference: 'label-or-next-hop',
    what: 'another label, and then another next hop',
    async run(stage) {
      const id = stage.id('ipvpn');
      const route = stage.route({ targets: [stage.target(1)] });
      await stage.accepted('attach', stage.attachBody('ipvpn'));
      await stage.announce(route);
      await stage.see();
      await stage.announce({ ...route, label: 501 } as RemoteRoute);
      const [ours, original] = await stage.see();
      assert.equal(
        ours.received(id).map(({ members }) => members['label']),
        ['501'],
      );
      assert.equal(
        original.received(id).map(({ members }) => members['label']),
        ['500'],
      );
      await stage.announce({ ...route, nextHop: '192.0.2.2' });
      const [later, originalLater] = await stage.see();
      assert.equal(
        later.received(id).map(({ members }) => members['next-hop']),
        ['192.0.2.2'],
      );
      assert.equal(
        originalLater.received(id).map(({ members }) => members['next-hop']),
        ['192.0.2.1'],
      );
    },
  },
  {
    difference: 'one-rtc-route',
    what: 'a VRF and an EVI import the same target, and the VRF ends',
    async run(stage) {
      await stage.accepted('attach', stage.attachBody('ipvpn'));
      await stage.accepted('attach', stage.attachBody('evpn'));
      const [before, originalBefore] = await stage.see();
      assert.ok(before.asksFor(stage.target(1)) && originalBefore.asksFor(stage.target(1)));
      await stage.accepted('detach', stage.attachBody('ipvpn'));
      const [ours, original] = await stage.see();
      assert.equal([ours.asksFor(stage.target(1)), original.asksFor(stage.target(1))], [true, false]);
    },
  },
  {
    difference: 'hash-order',
    what: 'an endpoint with a place in consistent hashing',
    async run(stage) {
      await stage.accepted('attach', stage.attachBody('ipvpn', { lb_consistent_hash_order: 5 }));
      const [ours, original] = await stage.see();
      assert.equal(
        ours.wire(stage.target(1)).map(({ members }) => members['hash-order']),
        ['5'],
      );
      assert.equal(
        original.wire(stage.target(1)).map(({ members }) => members['hash-order']),
        [undefined],
      );
    },
  },
  {
    difference: 'released',
    what: 'the label of a machine that leaves a port to another one',
    async run(stage) {
      const leaving = stage.attachBody('ipvpn', {
        mac_address: '52:54:00:00:00:02',
        ip_address: stage.ip(2),
      });
      await stage.accepted('attach', stage.attachBody('ipvpn'));
      await stage.accepted('attach', leaving);
      await stage.accepted('detach', leaving);
      const held = async (side: Side): Promise<boolean> => {
        const labels = (await stage.lookingGlass(side, 'vpns/dataplane/ids')) as Record<string, string>;
        return Object.values(labels).some((text) => text.includes(stage.ip(2)));
      };
      assert.equal([await held(OURS), await held(ORIGINAL)], [false, true]);
    },
  },
  {
    difference: 'port-range',
    what: 'ports from 0 to 90, and from 80 to 65535',
    async run(stage) {
      const redirectTarget = stage.target(3);
      await stage.ask(redirectTarget);
      const classifier = { destinationPort: '0:90', sourcePort: '80:65535' };
      const attract: Json = {
        ...{ redirect_rts: [redirectTarget], classifier, to_rt: [stage.target(4)] },
        static_destination_prefixes: ['30.0.0.0/8'],
      };
      await stage.accepted('attach', stage.attachBody('ipvpn', { attract_traffic: attract }));
      const [ours, original] = await stage.see();
      // Operators (RFC 8955 §4.2.1.1), the end of list bit set: `<=` 5, `<` 4, `>=` 3, `>` 2.
      assert.match(ours.routesTo(redirectTarget).join(), /5:133\/90 6:131\/80$/);
      assert.match(original.routesTo(redirectTarget).join(), /5:132\/90 6:130\/80$/);
    },
  },
  {
    difference: 'gives-way',
    what: 'the route is announced anew, and has been there already',
    async run(stage) {
      const [from, to] = [stage.target(2), stage.target(3)];
      await stage.ask(to);
      const readvertise = { from_rt: [from], to_rt: [to] };
      await stage.accepted('attach', stage.attachBody('ipvpn', { readvertise }));
      await stage.announce(stage.route({ targets: [from] }));
      const [before, originalBefore] = await stage.see();
      assert.is(before.routesTo(to).length, 1);
      assert.is(originalBefore.routesTo(to).length, 1);
      await stage.announce(stage.route({ targets: [from], records: [to] }));
      const [ours, original] = await stage.see();
      assert.equal([ours.routesTo(to).length, original.routesTo(to).length], [0, 1]);
    },
  },
  {
    difference: 'decided-apart',
    what: 'a route to be passed on beside a better one that is only imported',
    async run(stage) {
      const [from, to] = [stage.target(2), stage.target(3)];
      await stage.ask(to);
      const readvertise = { from_rt: [from], to_rt: [to] };
      await stage.accepted('attach', stage.attachBody('ipvpn', { readvertise }));
      await stage.announce(stage.route({ targets: [stage.target(1)], localPref: 200 }));
      await stage.see();
      await stage.announce(stage.route({ targets: [from], rd: 2 }));
      const [ours, original] = await stage.see();
      assert.equal([ours.routesTo(to).length, original.routesTo(to).length], [1, 0]);
    },
  },
  {
    difference: 'counted-once',
    what: 'what routes are taken from is imported no more',
    async run(stage) {
      const [from, to] = [stage.target(2), stage.target(3)];
      await stage.ask(to);
      const readvertise = { from_rt: [from], to_rt: [to] };
      await stage.accepted('attach', stage.attachBody('ipvpn', { readvertise, import_rt: [from] }));
      await stage.announce(stage.route({ targets: [from] }));
      const [before, originalBefore] = await stage.see();
      assert.equal([before.routesTo(to).length, originalBefore.routesTo(to).length], [1, 1]);
      await stage.accepted('attach', stage.attachBody('ipvpn', { readvertise, import_rt: [] }));
      const [ours, original] = await stage.see();
      assert.equal([ours.routesTo(to).length, original.routesTo(to).length], [1, 0]);
      assert.ok(ours.asksFor(from));
    },
  },
  {
    difference: 'flow-passed-on',
    what: 'the only endpoint is attached again, and detached, while a FlowSpec route is passed on',
    async run(stage) {
      const from = stage.target(2);
      const more = {
        import_rt: [stage.target(1)],
        readvertise: { from_rt: [from], to_rt: [stage.target(3)] },
        attract_traffic: { redirect_rts: [stage.target(4)], classifier: { destinationPort: '80' } },
      };
      await stage.ask(stage.target(3));
      await stage.accepted('attach', stage.attachBody('ipvpn', more));
      await stage.announce({
        ...{ family: 'flowspec', rd: 1, components: [{ type: 'destination', prefix: '40.9.0.0/16' }] },
        // The second target brings it here: only what is imported brings FlowSpec routes.
        ...{ nextHop: '192.0.2.1', targets: [from, stage.target(1)] },
      });
      const [before, originalBefore] = await stage.see();
      const passedOn = (sight: Sight): number =>
        sight.wire(stage.target(3)).filter(({ members }) => members['redirect'] !== undefined).length;
      assert.equal([passedOn(before), passedOn(originalBefore)], [1, 1]);
      assert.equal(await stage.call('attach', stage.attachBody('ipvpn', more)), [200, 500]);
      assert.equal(await stage.call('detach', stage.attachBody('ipvpn', more)), [200, 500]);
    },
  },
  {
    difference: 'redirect-instances',
    what: 'a redirection that comes and goes',
    async run(stage) {
      const to = stage.target(2);
      const id = `redirect-to-ipvpn-${to.replace(':', '_')}`;
      const route: RemoteRoute = {
        ...{ family: 'flowspec', rd: 1, components: [{ type: 'destination', prefix: '40.10.0.0/16' }] },
        ...{ nextHop: '192.0.2.1', targets: [stage.target(1)], redirect: to },
      };
      await stage.accepted('attach', stage.attachBody('ipvpn'));
      await stage.announce(route);
      const [before, originalBefore] = await stage.see();
      assert.ok(before.has(id) && originalBefore.has(id));
      assert.ok(before.asksFor(to) && originalBefore.asksFor(to));
      await stage.withdraw(route);
      const [ours, original] = await stage.see();
      assert.equal([ours.has(id), original.has(id)], [false, true]);
      assert.equal([ours.asksFor(to), original.asksFor(to)], [false, true]);
    },
  },
];
