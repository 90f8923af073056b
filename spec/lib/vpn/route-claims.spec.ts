import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Publication, Route } from '../../../lib/rib/route.ts';
import { RouteClaims, type Precedence } from '../../../lib/vpn/route-claims.ts';
import { flowRoute, vpnv4Route } from '../../fixtures/routes.ts';

/** The same NLRI with another preference is another route. */
const route = (prefix: string, localPref: number): Route => vpnv4Route(prefix, { values: { localPref } });
const text = ({ key, attributes }: Publication): string => `${key} ${attributes?.localPref ?? 'withdrawn'}`;
const texts = (publications: readonly Publication[]): readonly string[] => publications.map(text);
const inForce = (claims: RouteClaims): readonly string[] => [...claims.routes()].map(text).sort();

const a100 = route('10.1.0.0/24', 100);
const a200 = route('10.1.0.0/24', 200);
const a300 = route('10.1.0.0/24', 300);
const b100 = route('10.2.0.0/24', 100);
const gone = ({ key }: Route): string => `${key} withdrawn`;

test('an owner claims, changes, moves to another NLRI, and lets go', () => {
  const claims = new RouteClaims();
  assert.equal(texts(claims.replace('x', a100, 'own')), [text(a100)]);
  assert.equal(texts(claims.replace('x', a200, 'own')), [text(a200)]);
  assert.equal(
    texts(claims.replace('x', b100, 'own')),
    [text(b100), gone(a100)],
    'what comes before what goes',
  );
  assert.equal(texts(claims.replace('x', undefined, 'own')), [gone(b100)]);
  assert.equal(texts(claims.replace('x', undefined, 'own')), []);
  assert.equal(inForce(claims), []);
});

test('of two who claim one NLRI the last decides, and it stays until both have let go', () => {
  const claims = new RouteClaims();
  claims.replace('x', a100, 'own');
  assert.equal(texts(claims.replace('y', a200, 'own')), [text(a200)]);
  assert.equal(texts(claims.replace('x', a300, 'own')), [text(a200)], 'a change of the first does not show');
  assert.equal(texts(claims.replace('y', undefined, 'own')), [text(a300)]);
  assert.equal(texts(claims.replace('x', undefined, 'own')), [gone(a100)]);
});

test('a route that is passed on gives way to an own one, whichever came first', () => {
  for (const ownFirst of [true, false]) {
    const claims = new RouteClaims();
    const own = (): unknown => claims.replace('own', a100, 'own');
    const again = (): unknown => claims.replace('again', a200, 'again');
    for (const claim of ownFirst ? [own, again] : [again, own]) claim();
    assert.equal(inForce(claims), [text(a100)]);
    assert.equal(texts(claims.replace('again', a300, 'again')), [text(a100)]);
    assert.equal(texts(claims.replace('own', undefined, 'own')), [text(a300)]);
    own();
    assert.equal(texts(claims.replace('again', undefined, 'again')), [text(a100)]);
    assert.equal(inForce(claims), [text(a100)]);
  }
});

test('an owner that moves away from an NLRI leaves it to the others who claim it', () => {
  const claims = new RouteClaims();
  claims.replace('x', a100, 'own');
  claims.replace('y', a200, 'own');
  assert.equal(texts(claims.replace('y', b100, 'own')), [text(b100), text(a100)]);
  assert.equal(texts(claims.replace('y', undefined, 'own')), [gone(b100)]);
});

test('routes of two families with the same key are two routes', () => {
  const flow = flowRoute('10.1.0.0/24', []);
  const same: Route = { ...a100, key: flow.key };
  const claims = new RouteClaims();
  claims.replace('x', flow, 'own');
  claims.replace('y', same, 'own');
  assert.is([...claims.routes()].length, 2);
});

test('at the end all are withdrawn, once each, and nothing is remembered', () => {
  const claims = new RouteClaims();
  claims.replace('x', a100, 'own');
  claims.replace('y', a200, 'own');
  claims.replace('z', b100, 'again');
  assert.equal([...texts(claims.clear())].sort(), [gone(a100), gone(b100)].sort());
  assert.equal(texts(claims.clear()), []);
  assert.equal(texts(claims.replace('x', undefined, 'own')), []);
});

interface Claim {
  readonly owner: number;
  readonly precedence: Precedence;
  readonly route: Route;
}

const BY_RANK: readonly Precedence[] = ['unwanted', 'again', 'own'];

/** What must be in force: of those with the highest precedence the youngest. `claims`: the oldest first. */
function expected(claims: readonly Claim[]): readonly string[] {
  const byKey = new Map<string, Route>();
  for (const rank of BY_RANK) {
    for (const { route: each } of claims.filter(({ precedence }) => precedence === rank)) {
      byKey.set(each.key, each);
    }
  }
  return [...byKey.values()].map(text).sort();
}

test('whatever the order of claims: what was published is what is in force, and nothing is withdrawn twice', () => {
  const step = fc.record({
    owner: fc.nat(5),
    isWanted: fc.boolean(),
    prefix: fc.option(fc.nat(2)),
    localPref: fc.integer({ min: 1, max: 3 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const claims = new RouteClaims();
      const network = new Map<string, Publication>();
      let model: readonly Claim[] = [];
      for (const { owner, isWanted, prefix, localPref } of steps) {
        const precedence: Precedence = owner >= 3 ? 'again' : isWanted ? 'own' : 'unwanted';
        const wanted = prefix === null ? undefined : route(`10.${prefix}.0.0/16`, localPref);
        for (const each of claims.replace(String(owner), wanted, precedence)) {
          if (each.attributes === undefined) assert.ok(network.delete(each.key));
          else network.set(each.key, each);
        }
        const standing = model.find(
          (each) => each.owner === owner && each.route.key === wanted?.key && each.precedence === precedence,
        );
        const claim: Claim | undefined = wanted && { owner, precedence, route: wanted };
        if (claim !== undefined && standing !== undefined) {
          model = model.map((each) => (each === standing ? claim : each));
        } else {
          model = model.filter((each) => each.owner !== owner).concat(claim ?? []);
        }
        assert.equal([...network.values()].map(text).sort(), expected(model));
        assert.equal(inForce(claims), expected(model));
      }
    }),
    { numRuns: 300 },
  );
});

test.run();
