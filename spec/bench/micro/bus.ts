import { concat, NEVER, of } from 'rxjs';
import { VPNV4 } from '../../../lib/bgp/family.ts';
import { routeTarget, type RouteTarget } from '../../../lib/net/route-target.ts';
import { RouteBus } from '../../../streams/bus/route-bus.ts';
import { rt1 } from '../../fixtures/routes.ts';
import { type Operation, ROUTES } from './operation.ts';
import { hostRoutes } from './routes.ts';

/** From a publication to those who want the route. */
export const busOperations = (): readonly Operation[] => [
  publishing('route bus: publish, nobody subscribed', []),
  publishing('route bus: publish, 1 subscriber that matches', [rt1]),
  publishing('route bus: publish, 1 subscriber that matches among 1 000 of other targets', [
    ...Array.from({ length: 1000 }, (_, number) => routeTarget(`64513:${number}`)),
    rt1,
  ]),
];

/** Each run changes the labels of all routes. */
function publishing(name: string, wanted: readonly RouteTarget[]): Operation {
  // Time stands still, so that the bus never puts anything off.
  const bus = new RouteBus({ defer: setImmediate, scheduler: { now: () => 0 } });
  let received = 0;
  for (const target of wanted) {
    const who = { kind: 'local', name: `VRF-${target}` } as const;
    const targets$ = concat(of(new Set([target])), NEVER);
    bus.subscribeTo(who, VPNV4, targets$).subscribe((changes) => (received += changes.length));
  }
  let next = hostRoutes({ label: 100 });
  let last = hostRoutes({ label: 200 });
  return {
    name,
    run: () => {
      received = 0;
      bus.publish(next);
      [next, last] = [last, next];
      if (wanted.includes(rt1) && received !== ROUTES) throw new Error(`${name}: ${received} changes`);
    },
  };
}
