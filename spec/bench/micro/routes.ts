import { routeTarget } from '../../../lib/net/route-target.ts';
import type { Route } from '../../../lib/rib/route.ts';
import { macRoute, type RouteOptions, vpnv4Route } from '../../fixtures/routes.ts';
import { NUMBERS } from './operation.ts';

/** Host routes of a VRF, all with the same attributes. */
export function hostRoutes(options: RouteOptions = {}): readonly Route[] {
  const { attributes } = vpnv4Route('10.0.0.0/32', options);
  return NUMBERS.map((number) => ({
    ...vpnv4Route(`10.0.${number >> 8}.${number & 255}/32`, options),
    attributes,
  }));
}

/** MAC/IP routes, each with a route target, and so attributes, of its own. */
export function macRoutes(): readonly Route[] {
  return NUMBERS.map((number) => {
    const tail = number.toString(16).padStart(4, '0');
    return macRoute(
      `02:00:00:00:${tail.slice(0, 2)}:${tail.slice(2)}`,
      `10.0.${number >> 8}.${number & 255}`,
      {
        targets: [routeTarget(`64512:${number}`)],
      },
    );
  });
}
