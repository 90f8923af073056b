import { AttributeCache } from '../../../lib/bgp/attribute/attribute-cache.ts';
import { encodeUpdates } from '../../../lib/bgp/encode-update.ts';
import { EVPN, VPNV4 } from '../../../lib/bgp/family.ts';
import { HEADER_LENGTH } from '../../../lib/bgp/message.ts';
import { decodeUpdate } from '../../../lib/bgp/update.ts';
import { type Publication, publication } from '../../../lib/rib/route.ts';
import { reflector1 } from '../../fixtures/routes.ts';
import { vpnv4Update } from '../../support/vpnv4-updates.ts';
import { NUMBERS, type Operation, ROUTES } from './operation.ts';
import { macRoutes } from './routes.ts';

const VPNV4_ROUTES_PER_UPDATE = 10;

/** Each UPDATE has attributes of its own, which are new in an empty cache. */
const vpnv4Updates = (): readonly Buffer[] =>
  NUMBERS.slice(0, ROUTES / VPNV4_ROUTES_PER_UPDATE).map((number) =>
    vpnv4Update({
      first: number * VPNV4_ROUTES_PER_UPDATE,
      count: VPNV4_ROUTES_PER_UPDATE,
      label: 100,
      routeTarget: number,
      nextHop: [192, 0, 2, 1],
    }),
  );
const evpnUpdates = (): readonly Buffer[] =>
  macRoutes().flatMap((route) => encodeUpdates([route], { fourOctetAs: true }));

/** From the bytes of UPDATEs to publications, as a session does it. */
export const decodeOperations = (): readonly Operation[] => [
  ...decoding('decode UPDATE of 10 VPNv4 routes', vpnv4Updates()),
  ...decoding('decode UPDATE of 1 EVPN MAC route', evpnUpdates()),
];

function decoding(name: string, messages: readonly Buffer[]): readonly Operation[] {
  const families = new Set([VPNV4, EVPN]);
  let attributes = new AttributeCache();
  const run = (): void => {
    const received: Publication[] = [];
    for (const bytes of messages) {
      const context = { fourOctetAs: true, families, attributes };
      decodeUpdate(bytes, HEADER_LENGTH, bytes.length, context, (family, key, payload, values) =>
        received.push(publication(reflector1, family, key, payload, values)),
      );
    }
    if (received.length !== ROUTES) throw new Error(`${name}: ${received.length} routes`);
  };
  return [
    { name: `${name}, attributes seen before`, run },
    { name: `${name}, new attributes`, run, prepare: () => (attributes = new AttributeCache()) },
  ];
}
