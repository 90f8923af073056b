import { vpnv4Update } from '../support/vpnv4-updates.ts';

/** VPNv4 routes of one peer: so many in an UPDATE, and each UPDATE with the next of so many route targets. */
export const ROUTES_PER_UPDATE = 10;
export const ROUTE_TARGETS = 100;

/** The UPDATEs that announce the routes with the numbers [from, to). Another `label` is a change of the same routes. */
export function* announcements(from: number, to: number, label = 100): Generator<Buffer> {
  for (let first = from; first < to; first += ROUTES_PER_UPDATE) {
    yield vpnv4Update({
      first,
      count: ROUTES_PER_UPDATE,
      label,
      routeTarget: (first / ROUTES_PER_UPDATE) % ROUTE_TARGETS,
      nextHop: [192, 0, 2, 1],
    });
  }
}
