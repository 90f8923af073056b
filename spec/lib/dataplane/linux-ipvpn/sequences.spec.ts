import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { unwant, want, type IpvpnState } from '../../../../lib/dataplane/intent.ts';
import { LinuxIpvpn } from '../../../../lib/dataplane/linux-ipvpn/linux-ipvpn.ts';
import type { Direction } from '../../../../lib/vpn/vpn-type.ts';
import { unitsOf } from '../../../../lib/dataplane/unit-table.ts';
import { A, B, classifier, endpoint, nextHop, remote, vrf } from '../ovs-ipvpn/scene.ts';
import {
  allRows,
  ETHERNET,
  GRE,
  MPLS_IN_UDP,
  nodeWith,
  PAIR,
  program,
  rowsOf,
  rowTexts,
  VIEW,
} from './scene.ts';

const EVERY_DIRECTION: readonly Direction[] = ['both', 'to-port', 'from-port'];

/** Whatever may be asked for: each machine has one port, and each port sends into one VRF. */
const MACHINES = [
  { instance: 7, mac: A, label: 101, tap: 'tap1', directions: EVERY_DIRECTION },
  { instance: 8, mac: A, label: 102, tap: 'tap1', directions: ['to-port' as const] },
  { instance: 7, mac: B, label: 103, tap: 'tap2', directions: EVERY_DIRECTION },
  { instance: 8, mac: B, label: 104, tap: PAIR, directions: EVERY_DIRECTION },
  { instance: 8, mac: A, label: 105, tap: 'tap9', directions: EVERY_DIRECTION },
];

const instance = fc.constantFrom(7, 8);
const PREFIXES = ['11.0.0.1/32', '11.0.0.2/32', '11.0.0.0/24', '0.0.0.0/0'];

const someVrf = fc
  .record({
    instance,
    gatewayIp: fc.constantFrom('11.0.0.254', '11.0.0.253', undefined),
    importsOwn: fc.boolean(),
  })
  .map((members) => vrf(members));

const someEndpoint = fc
  .record({
    machine: fc.constantFrom(...MACHINES),
    ip: fc.constantFrom('11.0.0.1', '11.0.0.2', '0.0.0.0'),
    subnet: fc.boolean(),
    dice: fc.nat(2),
  })
  .map(({ machine: { directions, ...machine }, ip, subnet, dice }) => {
    const direction = directions[dice % directions.length]!;
    const prefix = ip === '0.0.0.0' ? '0.0.0.0/0' : '11.0.0.0/24';
    return endpoint(ip, { ...machine, direction, ...((subnet || ip === '0.0.0.0') && { prefix }) });
  });

const someNextHop = fc
  .record({
    address: fc.constantFrom('10.77.0.1', '10.77.0.2', '10.77.0.3', '2001:db8::1'),
    label: fc.constantFrom(201, 202, 3),
    hashOrder: fc.nat(3),
  })
  .map(({ address, label, hashOrder }) => nextHop(address, label, { hashOrder }));

const someRemote = fc
  .record({
    instance,
    prefix: fc.constantFrom(...PREFIXES),
    nextHops: fc.uniqueArray(someNextHop, {
      maxLength: 3,
      selector: ({ address, label }) => `${address} ${label}`,
    }),
  })
  .map(({ instance: number, prefix, nextHops }) => ({ ...remote(prefix, ...nextHops), instance: number }));

const someClassifier = fc
  .record({ instance, prefix: fc.constantFrom(...PREFIXES), redirectTo: fc.constantFrom('vpn-7', 'vpn-8') })
  .map(({ instance: number, prefix, redirectTo }) =>
    classifier(prefix, [{ type: 'destination', prefix }], { instance: number, redirectTo }),
  );

const someIntent = fc
  .tuple(fc.oneof(someVrf, someEndpoint, someRemote, someClassifier), fc.nat(3))
  .map(([state, dice]) => (dice === 0 ? unwant(state) : want(state)));

/** What `compile` asks for: where all is there, and where some is missing. */
function sysctlsAskedFor(made: LinuxIpvpn): ReadonlySet<string> {
  const asked = new Set<string>();
  const views = [VIEW, nodeWith({}, { 'net/ipv4/conf/all/rp_filter': '1' })];
  for (const view of views) {
    const sysctl = (key: string): ReturnType<typeof view.sysctl> => {
      asked.add(key);
      return view.sysctl(key);
    };
    for (const unit of made.units()) made.compile(unit, { ...view, sysctl });
  }
  return asked;
}

for (const [mode, settings] of Object.entries({ ETHERNET, GRE, MPLS_IN_UDP })) {
  test(`${mode}: what is held depends on what is wanted last, and every change is announced`, () => {
    fc.assert(
      fc.property(fc.array(someIntent, { maxLength: 60, size: 'max' }), (intents) => {
        const made = new LinuxIpvpn(settings);
        const last = new Map<string, IpvpnState>();
        /** What a kernel would hold that is told of the units that are named, and of nothing else. */
        const held = new Map<string, readonly string[]>();
        const takeNote = (units: readonly string[]): void => {
          for (const unit of units) held.set(unit, rowTexts(made, unit));
        };
        for (const intent of intents) {
          const taken = made.take(intent);
          assert.is(taken.fault, undefined);
          if (intent.state === undefined) last.delete(intent.key);
          else last.set(intent.key, intent.state as IpvpnState);
          takeNote(unitsOf(taken));
        }
        const now = [...allRows(made)].sort();
        assert.equal([...held.values()].flat().sort(), now);
        const keys = [...made.units()]
          .filter((unit) => made.compile(unit, VIEW).ok)
          .flatMap((unit) => rowsOf(made, unit).map(({ key }) => key));
        assert.is(new Set(keys).size, keys.length, 'a row belongs to one unit');
        const fresh = program(settings, ...last.values());
        assert.equal(now, [...allRows(fresh)].sort());
        assert.equal([...made.links()].sort(), [...fresh.links()].sort());
        const known = new Set(made.sysctls());
        for (const key of sysctlsAskedFor(made)) assert.ok(known.has(key), key);
        for (const state of last.values()) takeNote(unitsOf(made.take(unwant(state))));
        assert.equal([...held.values()].flat(), []);
        assert.equal([[...made.units()], [...made.links()], [...made.sysctls()]], [[], [], []]);
      }),
      { numRuns: 300 },
    );
  });
}

test.run();
