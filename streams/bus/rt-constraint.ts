import { map, type Observable } from 'rxjs';
import { makePathAttributes } from '../../lib/bgp/attribute/make-path-attributes.ts';
import { RTC } from '../../lib/bgp/family.ts';
import { encodeRtc } from '../../lib/bgp/nlri/rtc.ts';
import { publication, type Publication, type RouteSource } from '../../lib/rib/route.ts';
import type { InterestChange } from './route-bus.ts';

/** Originates the RT Constraint routes of this node; the looking glass calls it so. */
export const BGP_MANAGER: RouteSource = { kind: 'local', name: 'BGPManager' };

export interface RouteTargetMembership {
  readonly as: number;
  readonly localAddress: string;
}

/**
 * RT Constraint (RFC 4684) of our own: one route for each route target that a local instance wants, whatever the
 * number of instances and families that want it.
 */
export function originateMembership(
  interest$: Observable<readonly InterestChange[]>,
  { as, localAddress }: RouteTargetMembership,
): Observable<readonly Publication[]> {
  const attributes = makePathAttributes({}, localAddress);
  return interest$.pipe(
    map((changes) =>
      changes.map(({ target, wanted }) => {
        const nlri = encodeRtc({ as, target });
        return publication(BGP_MANAGER, RTC, nlri.key, nlri.payload, wanted ? attributes : undefined);
      }),
    ),
  );
}
