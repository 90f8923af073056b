import type { NextHop } from '../intent.ts';
import type { Endpoint } from './endpoint.ts';

/** One of the ways that packets to a prefix may take. */
export type Way = LocalWay | RemoteWay;

/** To a virtual machine of the same VRF on this node. */
export interface LocalWay {
  readonly endpoint: Endpoint;
}

/** To another node, or to another VRF of this one. */
export interface RemoteWay {
  readonly nextHop: NextHop;
}

/** Tells a way apart from the others of the prefix. */
export function wayKey(way: Way): string {
  return 'endpoint' in way ? `local ${way.endpoint.label}` : `${way.nextHop.address} ${way.nextHop.label}`;
}

/** The place that the way wants among the others: its consistent-hash order. */
export function wayOrder(way: Way): number {
  return ('endpoint' in way ? way.endpoint : way.nextHop).hashOrder;
}

/** Endpoints of the VRF win over other nodes. Those with one label are one machine: one way. */
export function waysOf(local: readonly Endpoint[], remote: readonly NextHop[]): readonly Way[] {
  const ways: readonly Way[] =
    local.length > 0 ? local.map((endpoint) => ({ endpoint })) : remote.map((nextHop) => ({ nextHop }));
  if (ways.length < 2) return ways;
  const byKey = new Map<string, Way>();
  for (const way of ways) {
    const key = wayKey(way);
    if (!byKey.has(key)) byKey.set(key, way);
  }
  return [...byKey.values()];
}
