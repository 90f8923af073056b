import { ipAddressBytes } from '../../net/ip-address.ts';
import { FLOWSPEC_VPNV4, type Family } from '../family.ts';
import { latin1 } from '../latin1.ts';

/**
 * Tells by their keys whether routes have a route distinguisher that PE `address` gave out (type 1). For families of
 * VPN routes.
 */
export function isDistinguishedBy(address: string): (family: Family, key: string) => boolean {
  const head = Buffer.concat([Buffer.from([0, 1]), ipAddressBytes(address)]);
  const start = latin1(head, 0, head.length);
  // Before the RD, the key of the other families has the prefix length or the route type.
  return (family, key) => key.startsWith(start, family === FLOWSPEC_VPNV4 ? 0 : 1);
}
