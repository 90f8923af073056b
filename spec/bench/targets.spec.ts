import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Row } from './section.ts';
import { judge } from './targets.ts';

const ingest = (daemon: string, routes: number, VRFs: number, rate: number, bytes = 300): Row => ({
  daemon,
  routes,
  VRFs,
  'routes per CPU second': rate,
  'bytes per route': bytes,
});

function judged(rows: readonly Row[], section = 'ingest'): ReadonlyMap<string, readonly [number, string]> {
  const verdicts = judge(new Map([[section, rows]]));
  return new Map(
    verdicts.map(({ target, measured, met }) => [String(target), [Number(measured), String(met)] as const]),
  );
}

test('a target that was not measured is not judged', () => {
  assert.equal(judge(new Map()), []);
  assert.equal(judged([ingest('bagpipe-bgp', 1000, 0, 100)]).size, 0);
});

test('ratios are taken at one number of routes, and the worst counts', () => {
  const verdicts = judged([
    ingest('bagpipe-bgp', 1000, 0, 800),
    ingest('bagpipe-bgp', 5000, 0, 900),
    ingest('bagpipe-bgp', 1000, 1000, 450),
    ingest('GoBGP', 1000, 0, 100),
    ingest('GoBGP', 5000, 0, 150),
    ingest('Python bagpipe-bgp', 1000, 1000, 10),
  ]);
  assert.equal(verdicts.get('ingest without VRFs, times GoBGP, per CPU second'), [6, 'NO']);
  assert.equal(verdicts.get('ingest with 1000 VRFs, times GoBGP without VRFs, per CPU second'), [4.5, 'yes']);
  assert.equal(verdicts.get('ingest with 1000 VRFs, times the Python daemon with as many, per CPU second'), [
    45,
    'yes',
  ]);
  assert.not(verdicts.has('ingest without VRFs, times FRR, per CPU second'));
});

test('a limit from above is exceeded by the largest figure', () => {
  const verdicts = judged([
    ingest('bagpipe-bgp', 1000, 0, 1, 9000),
    ingest('bagpipe-bgp', 1000, 10, 1, 500),
    ingest('bagpipe-bgp', 1000, 100, 1, 701),
  ]);
  assert.equal([...verdicts], [['bytes of RSS for each route, with VRFs', [701, 'NO']]]);
});

test('a lost session had no keepalives any more, and sessions of others do not count', () => {
  const row = (daemon: string, VRFs: number, session: string, seconds?: number): Row => ({
    daemon,
    VRFs,
    session,
    ...(seconds !== undefined && { 's between keepalives': seconds }),
    'RSS after/before': 1,
    'heap after/before': 1,
  });
  const target = 's between keepalives with a hold time of 9 s, in a flood';
  const kept = [row('bagpipe-bgp', 0, 'kept', 3.1), row('GoBGP', 0, 'kept', 8)];
  assert.equal(judged(kept, 'memory').get(target), [3.1, 'yes']);
  const lost = [...kept, row('bagpipe-bgp', 1000, 'lost 4/0')];
  assert.equal(judged(lost, 'memory').get(target), [Infinity, 'NO']);
});

test('a column that is not there is a mistake in the table, and said to be one', () => {
  assert.throws(() => judged([{ daemon: 'bagpipe-bgp' }], 'responsiveness'), /no figure "p99 ms"/);
});

test.run();
