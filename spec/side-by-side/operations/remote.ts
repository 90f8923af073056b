import type { Model } from '../model.ts';
import type { Random } from '../random.ts';
import { keyOf, type RemoteRoute } from '../remote-route.ts';
import type { Step } from '../step.ts';
import {
  CHAIN_TARGETS,
  EVI_TARGETS,
  FLOW_TARGETS,
  FOREIGN_TARGET,
  MACS,
  REDIRECT_TARGETS,
  REDIRECTED_TO_TARGETS,
  VRF_TARGETS,
} from '../vocabulary.ts';
import type { Operation } from './operation.ts';

const MOST_ROUTES = 25;
const PES = ['192.0.2.1', '192.0.2.2', '192.0.2.3'];
const GRE = 2;
const VXLAN = 8;
const MPLS = 10;

/** What happens elsewhere. */
export const REMOTE_OPERATIONS: readonly Operation[] = [
  announcing('a VPNv4 route', 8, vpnv4),
  announcing('a MAC/IP route', 6, macIp),
  announcing('a multicast route', 3, multicast),
  announcing('a FlowSpec route', 4, flowspec),
  { name: 'another next hop or label', weight: 4, next: move },
  { name: 'withdrawal', weight: 9, next: withdraw },
  { name: 'somebody asks', weight: 6, next: ask },
  { name: 'nobody asks any more', weight: 5, next: stopAsking },
];

/**
 * One that is there already is announced anew, with other attributes. It keeps its route targets and may gain some:
 * gobgpd 3.10 withdraws nothing from a client that wants the former targets of a route and not the new ones, so that
 * what a daemon has would depend on when it asked.
 */
function announcing(name: string, weight: number, make: (random: Random) => RemoteRoute): Operation {
  return {
    ...{ name, weight },
    next(random, { remote }): Step | undefined {
      const route = make(random);
      const former = remote.get(keyOf(route));
      if (remote.size >= MOST_ROUTES && former === undefined) return undefined;
      const rivals = [...remote.values()].filter(
        (each) => each !== former && rivalry(each) === rivalry(route),
      );
      const targets = rivals[0]?.targets ?? [...new Set([...(former?.targets ?? []), ...route.targets])];
      return { kind: 'announce', route: { ...route, targets } };
    },
  };
}

/**
 * Routes of which a VRF takes one. They have the same targets, and the same records: the original goes on passing on a
 * route when a better one comes that must not be passed on.
 */
function rivalry(route: RemoteRoute): string {
  if (route.family === 'vpnv4') return route.prefix;
  return route.family === 'flowspec' ? JSON.stringify(route.components) : keyOf(route);
}

function vpnv4(random: Random): RemoteRoute {
  const network = random.below(6);
  const rd = 1 + random.below(3);
  return {
    ...{ family: 'vpnv4', rd, prefix: `20.0.${network}.0/24`, label: 1000 + random.below(50) },
    ...common(random, rd, [...VRF_TARGETS, ...CHAIN_TARGETS]),
    ...(random.chance(70) && { encapsulations: random.some([GRE, MPLS], 1, 2) }),
    ...(random.chance(20) && { hashOrder: random.below(10) }),
    ...(network < RECORDS.length && { records: RECORDS[network]! }),
  };
}

/** Of the first networks; other networks have none. */
const RECORDS = [[CHAIN_TARGETS[0]!], [VRF_TARGETS[0]!, CHAIN_TARGETS[1]!], [VRF_TARGETS[4]!]];

function macIp(random: Random): RemoteRoute {
  const n = 1 + random.below(6);
  const rd = 1 + random.below(3);
  const address = random.chance(80) ? `10.99.0.${n}` : `2001:db8:99::${n}`;
  return {
    ...{ family: 'mac-ip', rd, mac: random.pick(MACS.slice(0, 5)) },
    ...(random.chance(75) && { ip: address }),
    label: 7000 + random.below(50),
    ...common(random, rd, EVI_TARGETS),
    encapsulations: [VXLAN],
  };
}

function multicast(random: Random): RemoteRoute {
  const rd = 1 + random.below(3);
  return {
    ...{ family: 'multicast', rd, originator: random.pick(PES), label: 7000 + random.below(50) },
    ...common(random, rd, EVI_TARGETS),
    encapsulations: [VXLAN],
  };
}

function flowspec(random: Random): RemoteRoute {
  const rd = 1 + random.below(2);
  return {
    ...{ family: 'flowspec', rd },
    components: [
      { type: 'destination', prefix: `20.0.${random.below(3)}.0/24` },
      { type: 'protocol', matches: [{ and: false, operator: 1, value: random.pick([6, 17]) }] },
      { type: 'destination-port', matches: [{ and: false, operator: 1, value: random.pick([80, 443]) }] },
    ],
    ...common(random, rd, FLOW_TARGETS),
    ...(random.chance(60) && { redirect: random.pick(REDIRECTED_TO_TARGETS) }),
  };
}

/**
 * Of rivals one is the best: LOCAL_PREFs never are the same, for the original chooses among equals by a hash that is
 * another one in each run.
 */
function common(
  random: Random,
  rd: number,
  targets: readonly string[],
): Pick<RemoteRoute, 'nextHop' | 'targets' | 'localPref' | 'med'> {
  return {
    nextHop: random.pick(PES),
    targets: random.some([...targets, FOREIGN_TARGET], 1, 2),
    ...((rd > 1 || random.chance(50)) && { localPref: 50 + 10 * random.below(12) + rd }),
    ...(random.chance(20) && { med: random.below(100) }),
  };
}

/** Nothing but the label changes, or the next hop. */
function move(random: Random, { remote }: Model): Step | undefined {
  const movable = [...remote.values()].filter(
    (route) => route.family === 'vpnv4' || route.family === 'mac-ip',
  );
  const route = random.pickIfAny(movable);
  if (route === undefined) return undefined;
  if (random.chance(50)) return { kind: 'announce', route: { ...route, label: route.label + 50 } };
  return { kind: 'announce', route: { ...route, nextHop: random.pick(PES) } };
}

function withdraw(random: Random, { remote }: Model): Step | undefined {
  const route = random.pickIfAny([...remote.values()]);
  return route && { kind: 'withdraw', route };
}

function ask(random: Random, { asked }: Model): Step | undefined {
  const targets = [...VRF_TARGETS, ...CHAIN_TARGETS, ...REDIRECT_TARGETS, ...EVI_TARGETS];
  const target = random.pickIfAny(targets.filter((each) => !asked.has(each)));
  return target === undefined ? undefined : { kind: 'ask', target };
}

function stopAsking(random: Random, { asked }: Model): Step | undefined {
  const target = random.pickIfAny([...asked].filter((each) => !REDIRECTED_TO_TARGETS.includes(each)));
  return target === undefined ? undefined : { kind: 'stop-asking', target };
}
