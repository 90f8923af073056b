import { encodeUpdates, type RouteAdvertisement } from '../../../lib/bgp/encode-update.ts';
import type { Operation } from './operation.ts';
import { hostRoutes, macRoutes } from './routes.ts';

/** From changes of routes to the bytes of UPDATEs, as a session sends what waits for a peer. */
export const encodeOperations = (): readonly Operation[] => [
  encoding('encode VPNv4 routes that share attributes', hostRoutes()),
  encoding('encode EVPN MAC routes, attributes of their own', macRoutes()),
  encoding(
    'encode withdrawals of VPNv4 routes',
    hostRoutes().map((route) => ({ ...route, attributes: undefined })),
  ),
];

function encoding(name: string, routes: readonly RouteAdvertisement[]): Operation {
  return { name, run: () => void encodeUpdates(routes, { fourOctetAs: true }) };
}
