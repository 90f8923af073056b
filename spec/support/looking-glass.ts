import * as assert from 'uvu/assert';
import type { ApiClient } from './api-client.ts';

/** A route as the looking glass shows it. */
export interface ShownRoute {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly nextHop: string | null;
  readonly routeTargets: readonly string[];
  /** Name of the worker that it comes from, e.g. `BGP-127.0.0.1`. */
  readonly source: string | undefined;
}

interface RawRoute {
  readonly attributes: Record<string, string>;
  readonly next_hop: string | null;
  readonly route_targets?: readonly string[];
  readonly source?: { readonly id: string };
}

/** The routes of an instance (`best_routes`, `received_routes`, `adv_routes`), whatever entry they are under. */
export async function instanceRoutes(
  api: ApiClient,
  instance: string,
  which: 'best_routes' | 'received_routes' | 'adv_routes' = 'best_routes',
): Promise<ShownRoute[]> {
  return readRoutes(await api.lookingGlass(`vpns/instances/${instance}/${which}`));
}

/** All that a peer has sent. */
export async function peerRoutes(api: ApiClient, peer: string): Promise<ShownRoute[]> {
  return readRoutes(await api.lookingGlass(`bgp/peers/${peer}/adv_routes`));
}

function readRoutes(shown: unknown): ShownRoute[] {
  const lists = Array.isArray(shown) ? [shown] : Object.values(shown as Record<string, unknown>);
  return (lists.flat() as Record<string, RawRoute>[]).flatMap((one) =>
    Object.entries(one).map(([name, raw]) => ({
      name,
      attributes: raw.attributes,
      nextHop: raw.next_hop,
      routeTargets: raw.route_targets ?? [],
      source: raw.source?.id,
    })),
  );
}

interface ShownPeer {
  readonly active_families: readonly string[];
  readonly rtc: { readonly active: boolean };
  readonly protocol: { readonly state: string; readonly hold_time: number };
}

export async function peer(api: ApiClient, address: string): Promise<ShownPeer> {
  return (await api.lookingGlass(`bgp/peers/${address}`)) as ShownPeer;
}

export async function assertEstablished(api: ApiClient, address: string): Promise<void> {
  assert.is((await peer(api, address)).protocol.state, 'Established');
}
