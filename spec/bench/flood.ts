import { vpnv4Update, vpnv4Withdrawal } from '../support/vpnv4-updates.ts';

/** VPNv4 routes of one peer: so many in an UPDATE, and each UPDATE with the next of so many route targets. */
export const ROUTES_PER_UPDATE = 10;
export const ROUTE_TARGETS = 100;

const NEXT_HOP = [192, 0, 2, 1];

/** The numbers [first, first + count) in route targets. */
export interface TargetRange {
  readonly first: number;
  readonly count: number;
}

/** The UPDATEs that announce the routes with the numbers [from, to). Another `label` is a change of the same routes. */
export function* announcements(
  from: number,
  to: number,
  label = 100,
  targets: TargetRange = { first: 0, count: ROUTE_TARGETS },
): Generator<Buffer> {
  for (let first = from; first < to; first += ROUTES_PER_UPDATE) {
    const routeTarget = targets.first + ((first / ROUTES_PER_UPDATE) % targets.count);
    yield vpnv4Update({ first, count: ROUTES_PER_UPDATE, label, routeTarget, nextHop: NEXT_HOP });
  }
}

/** The UPDATEs that withdraw the routes with the numbers [from, to). */
export function* withdrawals(from: number, to: number): Generator<Buffer> {
  for (let first = from; first < to; first += ROUTES_PER_UPDATE) {
    yield vpnv4Withdrawal({ first, count: ROUTES_PER_UPDATE, nextHop: NEXT_HOP });
  }
}
