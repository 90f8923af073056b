import type { Row } from './section.ts';

/** The rows of the sections that were measured, by name. */
export type Results = ReadonlyMap<string, readonly Row[]>;

interface Target {
  readonly name: string;
  /** The limit, and on which side of it a figure should be. */
  readonly wanted: { readonly least: number } | { readonly most: number };
  /** The figures that count, of which the worst does. None: they were not measured. */
  readonly figures: (results: Results) => readonly number[];
}

const OURS = 'bagpipe-bgp';
const ORIGINAL = 'Python bagpipe-bgp';
const MOST_VRFS = 1000;

/** What this program wants of itself, as ratios where a peer says what the machine can do. */
const TARGETS: readonly Target[] = [
  {
    name: 'ingest without VRFs, times GoBGP, per CPU second',
    wanted: { least: 8 },
    figures: (results) => ingestRatios(results, 0, 'GoBGP', 0),
  },
  {
    name: 'ingest without VRFs, times FRR, per CPU second',
    wanted: { least: 1 },
    figures: (results) => ingestRatios(results, 0, 'FRR bgpd', 0),
  },
  {
    name: `ingest with ${MOST_VRFS} VRFs, times GoBGP without VRFs, per CPU second`,
    wanted: { least: 4 },
    figures: (results) => ingestRatios(results, MOST_VRFS, 'GoBGP', 0),
  },
  {
    name: `ingest with ${MOST_VRFS} VRFs, times the Python daemon with as many, per CPU second`,
    wanted: { least: 20 },
    figures: (results) => ingestRatios(results, MOST_VRFS, ORIGINAL, MOST_VRFS),
  },
  {
    name: 'bytes of RSS for each route, with VRFs',
    wanted: { most: 700 },
    figures: (results) =>
      rowsOf(results, 'ingest', { daemon: OURS })
        .filter(({ VRFs }) => Number(VRFs) > 0)
        .map((row) => Number(row['bytes per route'])),
  },
  {
    name: 'attaches a second, times the Python daemon',
    wanted: { least: 5 },
    figures: (results) => {
      const rate = (daemon: string): readonly number[] =>
        column(rowsOf(results, 'rest', { daemon, request: 'attach' }), 'requests per second');
      return ratios(rate(OURS), rate(ORIGINAL));
    },
  },
  {
    name: 'ms until an attach is answered while a peer floods, 99 %',
    wanted: { most: 5 },
    figures: (results) => column(rowsOf(results, 'responsiveness', { daemon: OURS }), 'p99 ms'),
  },
  {
    name: 'ms that the event loop is blocked while a peer floods',
    wanted: { most: 50 },
    figures: (results) =>
      column(rowsOf(results, 'responsiveness', { daemon: OURS }), 'event loop blocked ms'),
  },
  {
    name: 'FDB entries of the kernel made and confirmed a second',
    wanted: { least: 20_000 },
    figures: (results) =>
      column(rowsOf(results, 'linux-sink', { by: 'sink', neighbours: 0 }), 'FDB entries made per second'),
  },
  {
    name: 's until 10 000 remote prefixes are programmed in Open vSwitch',
    wanted: { most: 3 },
    figures: (results) =>
      column(rowsOf(results, 'ovs-sink', { 'remote prefixes': 10_000 }), 'programmed in (s)'),
  },
  {
    name: 's until 10 000 remote prefixes are removed from Open vSwitch',
    wanted: { most: 3 },
    figures: (results) =>
      column(rowsOf(results, 'ovs-sink', { 'remote prefixes': 10_000 }), 'removed in (s)'),
  },
  {
    name: 's until 10 000 remote prefixes are programmed in the kernel',
    wanted: { most: 2 },
    figures: (results) =>
      column(rowsOf(results, 'kernel-sink', { 'remote prefixes': 10_000 }), 'programmed in (s)'),
  },
  {
    name: 's between keepalives with a hold time of 9 s, in a flood',
    wanted: { most: 6 },
    figures: (results) =>
      rowsOf(results, 'memory', { daemon: OURS }).flatMap((row) =>
        // After a loss there were none.
        row['session'] === 'kept' ? column([row], 's between keepalives') : [Infinity],
      ),
  },
  {
    name: 'RSS after all routes are withdrawn, times before they came',
    wanted: { most: 1.5 },
    figures: (results) => column(rowsOf(results, 'memory', { daemon: OURS }), 'RSS after/before'),
  },
  {
    name: 'heap after all routes are withdrawn, times before they came',
    wanted: { most: 1.1 },
    figures: (results) => column(rowsOf(results, 'memory', { daemon: OURS }), 'heap after/before'),
  },
];

/** A row for each target that these results say something to. */
export function judge(results: Results): readonly Row[] {
  return TARGETS.flatMap(({ name, wanted, figures }): readonly Row[] => {
    const all = figures(results);
    if (all.length === 0) return [];
    const isLeast = 'least' in wanted;
    const measured = isLeast ? Math.min(...all) : Math.max(...all);
    const isMet = isLeast ? measured >= wanted.least : measured <= wanted.most;
    const limit = isLeast ? `at least ${wanted.least}` : `at most ${wanted.most}`;
    return [{ target: name, wanted: limit, measured, met: isMet ? 'yes' : 'NO' }];
  });
}

/** Our routes per CPU second by those of a peer, for each number of routes that both were measured with. */
function ingestRatios(results: Results, ourVrfs: number, peer: string, peerVrfs: number): readonly number[] {
  return rowsOf(results, 'ingest', { daemon: OURS, VRFs: ourVrfs }).flatMap((ours) => {
    const theirs = rowsOf(results, 'ingest', { daemon: peer, VRFs: peerVrfs, routes: ours['routes']! });
    const name = 'routes per CPU second';
    return ratios(column([ours], name), column(theirs, name));
  });
}

function ratios(ours: readonly number[], theirs: readonly number[]): readonly number[] {
  return ours.flatMap((figure) => theirs.map((other) => figure / other));
}

function rowsOf(results: Results, section: string, wanted: Row): readonly Row[] {
  const rows = results.get(section) ?? [];
  return rows.filter((row) => Object.entries(wanted).every(([name, value]) => row[name] === value));
}

function column(rows: readonly Row[], name: string): readonly number[] {
  return rows.map((row) => {
    const value = row[name];
    if (typeof value !== 'number') throw new Error(`no figure "${name}" in ${JSON.stringify(row)}`);
    return value;
  });
}
