import { parseIpPrefix, type IpPrefix } from '../../net/ip-prefix.ts';
import { failure, success, type Result } from '../../result.ts';
import type { NextHop } from '../intent.ts';
import type { Endpoint } from './endpoint.ts';
import { metricOf, PROTOCOL, tableOf } from './names.ts';
import { portGround } from './port-ground.ts';
import type { Ports } from './ports.ts';
import { GONE, type KernelRow, type KernelRows, type KernelView } from './row.ts';
import type { LinuxIpvpnSettings } from './settings.ts';
import type { Prefix, Vrf } from './vrf.ts';
import { localWords, remoteWay, type Way } from './way.ts';

/** What the rows of a unit are made from. */
export interface Workshop {
  readonly settings: LinuxIpvpnSettings;
  readonly ports: Ports;
  readonly view: KernelView;
}

/** A route that has several ways, of which the kernel may refuse some, and then refuses the whole. */
export interface MultipathRow extends KernelRow {
  readonly table: number;
  readonly prefix: IpPrefix;
  readonly ways: readonly Way[];
}

/** That of a route by which a way is tried, beside ours to the same prefix, which all have lower ones and are preferred. */
const TRIAL_METRIC = 5000;

/** Packets of the VRF to the prefix take one of its ways. One that is not known is left out while there is another. */
export function prefixRows(vrf: Vrf, text: string, prefix: Prefix, workshop: Workshop): KernelRows {
  const parsed = parseIpPrefix(text);
  if (parsed === undefined || parsed.address.includes(':')) {
    return failure(`${text} is not an IPv4 prefix`);
  }
  const table = tableOf(vrf.instance);
  const local = prefix.local.length === 0 ? prefix.local : vrf.ownWays(text, prefix.local);
  if (local.length === 0 && prefix.remote.length === 1) {
    // Of these there may be very many.
    const way = remoteWay(prefix.remote[0]!, workshop.settings, workshop.view);
    return way.ok ? success([routeRow(table, parsed, way.value.words, way.value.ground)]) : way;
  }
  const results =
    local.length > 0 ? localWays(vrf, local, text, workshop) : remoteWays(prefix.remote, workshop);
  const ways: Way[] = [];
  let complaint: KernelRows | undefined;
  for (const way of results) {
    if (!way.ok) complaint ??= way;
    else if (!ways.some(({ words }) => words === way.value.words)) ways.push(way.value);
  }
  if (ways.length === 0) return complaint ?? success([]);
  return success([routeOf(table, parsed, ways)]);
}

function localWays(
  vrf: Vrf,
  endpoints: readonly Endpoint[],
  prefix: string,
  { ports, view }: Workshop,
): readonly Result<Way, string>[] {
  return endpoints
    .map((endpoint) => {
      const words = localWords(endpoint, prefix, vrf.labels.get(endpoint.label)!);
      if (!words.ok) return words;
      const ground = portGround(ports.get(endpoint.port)!, view);
      return ground.ok ? success({ words: words.value, ground: ground.value.state }) : ground;
    })
    .sort((a, b) => compare(a.ok ? a.value.words : a.fault, b.ok ? b.value.words : b.fault));
}

/** In the order that their announcers want, so that all nodes have the same one. */
function remoteWays(
  nextHops: readonly NextHop[],
  { settings, view }: Workshop,
): readonly Result<Way, string>[] {
  const ordered =
    nextHops.length < 2
      ? nextHops
      : [...nextHops].sort(
          (a, b) => a.hashOrder - b.hashOrder || compare(a.address, b.address) || a.label - b.label,
        );
  return ordered.map((nextHop) => remoteWay(nextHop, settings, view));
}

/** A route of these ways, of which there is at least one. */
export function routeOf(table: number, prefix: IpPrefix, ways: readonly Way[]): KernelRow | MultipathRow {
  if (ways.length === 1) return routeRow(table, prefix, ways[0]!.words, ways[0]!.ground);
  let words = '';
  const grounds: string[] = [];
  for (const way of ways) {
    words += `${words === '' ? '' : ' '}nexthop ${way.words} weight 1`;
    if (way.ground !== undefined && !grounds.includes(way.ground)) grounds.push(way.ground);
  }
  const ground = grounds.length === 0 ? undefined : grounds.join(', ');
  return Object.assign(routeRow(table, prefix, words, ground), { table, prefix, ways });
}

export function isMultipath(row: KernelRow): row is MultipathRow {
  return 'ways' in row;
}

/** The route with one of its ways, for a moment, to learn whether the kernel takes that. */
export function trialRow({ table, prefix }: MultipathRow, { words }: Way): KernelRow {
  return routeRow(table, prefix, words, undefined, TRIAL_METRIC);
}

function routeRow(
  table: number,
  prefix: IpPrefix,
  words: string,
  ground: string | undefined,
  metric = metricOf(prefix),
): KernelRow {
  const text = `${prefix.address}/${prefix.length}`;
  const route = `table ${table} ${text} metric ${metric} proto ${PROTOCOL}`;
  const put = [`route replace ${route} ${words}`];
  const remove = [`route del ${route}`];
  const row = { key: `route ${table} ${text}`, stage: 'route', put, remove, tolerate: GONE.route } as const;
  // There may be very many of them: a copy of each would cost as much as all the rest.
  return ground === undefined ? row : Object.assign(row, { ground });
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
