import { Collection, Reference, type LookingGlassNode } from '../../lib/api/looking-glass.ts';
import { EVPN, FLOWSPEC_VPNV4, RTC, VPNV4, type Family } from '../../lib/bgp/family.ts';
import type { RouteSource } from '../../lib/rib/route.ts';
import type { RouteBus } from '../bus/route-bus.ts';
import { BGP_MANAGER } from '../bus/rt-constraint.ts';
import type { ManagedInstance, VpnManager } from '../instance/manager.ts';
import { formatLocalTime } from '../log.ts';
import { usesRtc, type Peer } from '../session/peer.ts';
import { showLog } from './logs.ts';
import { showRoutes } from './routes.ts';
import { showSubscriptions } from './subscriptions.ts';
import { showInstance } from './vpns.ts';

export interface BgpView {
  readonly bus: RouteBus;
  readonly manager: VpnManager;
  readonly peers: readonly Peer[];
  readonly localAddress: string;
  readonly as: number;
  readonly rtcEnabled: boolean;
}

const SHOWN_FAMILIES: readonly Family[] = [VPNV4, EVPN, RTC, FLOWSPEC_VPNV4];
/** In the order in which the families of a session are shown. */
const ACTIVE_FAMILIES: readonly Family[] = [VPNV4, EVPN, FLOWSPEC_VPNV4, RTC];
const COUNTED_FAMILIES: readonly Family[] = [VPNV4, EVPN, FLOWSPEC_VPNV4];

export function showBgp(view: BgpView): LookingGlassNode {
  const { bus, peers } = view;
  return {
    peers: new Reference(() => showPeers(view)),
    routes: new Reference(() =>
      Object.fromEntries(
        SHOWN_FAMILIES.map((family) => [`${family.name},*`, showRoutes(bus.routesIn(family))]),
      ),
    ),
    workers: new Reference(() => showWorkers(view, peers)),
    route_counts: countRoutes(bus),
    adv_routes: new Reference(() => showRoutes(bus.routesOf(BGP_MANAGER))),
  };
}

/** Routes of VPNs; those of RT Constraint do not count. */
export function countRoutes(bus: RouteBus): LookingGlassNode {
  const count = (kind: RouteSource['kind']): number =>
    COUNTED_FAMILIES.reduce((sum, family) => sum + bus.countRoutes(family, kind), 0);
  return { local_routes_count: count('local'), received_routes_count: count('peer') };
}

function showPeers(view: BgpView): LookingGlassNode {
  return new Collection(
    () => view.peers.map((peer) => ({ id: peer.address, state: peer.status().phase })),
    (id) => {
      const peer = view.peers.find(({ address }) => address === id);
      return peer === undefined ? undefined : showPeer(view, peer);
    },
  );
}

function showPeer({ bus, localAddress, as, rtcEnabled }: BgpView, peer: Peer): LookingGlassNode {
  const status = peer.status();
  // The Python daemon lists what the peer offers, even where RT Constraint is off on our side.
  const families = ACTIVE_FAMILIES.filter(
    (family) => status.families.includes(family) || (family === RTC && status.offersRtc),
  );
  const subscriptions = families.map(
    (family) => [family, family === RTC ? ('all' as const) : status.requestedTargets] as const,
  );
  return {
    peeringAddresses: { peer_address: peer.address, local_address: localAddress },
    as_info: { local: as, peer: status.peerAs },
    rtc: { active: usesRtc(status), enabled: rtcEnabled },
    active_families: families.map(({ tuple }) => tuple),
    protocol: {
      state: status.phase,
      previous_state: `(${status.previousPhase})`,
      hold_time: status.holdTime,
      last_transition_time: formatLocalTime(status.lastTransition),
    },
    name: peer.source.name,
    internals: { 'event queue length': 0, subscriptions: showSubscriptions(subscriptions) },
    adv_routes: new Reference(() => showRoutes(bus.routesOf(peer.source))),
    logs: new Reference(() => showLog(peer.log.records(), false)),
  };
}

/** Peers and instances under the names by which they are sources of routes. */
function showWorkers(view: BgpView, peers: readonly Peer[]): LookingGlassNode {
  const instances = (): readonly ManagedInstance[] => [...view.manager.instances];
  return new Collection(
    () => [
      ...peers.map(({ source }) => ({ id: source.name })),
      ...instances().map(({ instance }) => ({ id: instance.setup.name })),
    ],
    (id) => {
      const peer = peers.find(({ source }) => source.name === id);
      if (peer !== undefined) return showPeer(view, peer);
      const running = instances().find(({ instance }) => instance.setup.name === id);
      return running === undefined ? undefined : showInstance(view.manager, running);
    },
  );
}
