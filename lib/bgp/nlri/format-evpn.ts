import { fromLatin1 } from '../latin1.ts';
import type { EvpnNlri } from './evpn.ts';

/** An EVPN route as the looking glass names it. */
export function formatEvpn(route: EvpnNlri): string {
  switch (route.type) {
    case 'ethernet-auto-discovery': {
      const { rd, esi, ethernetTag, label } = route;
      return `evpn:ethernetad::${rd}:${formatEsi(esi)}:${ethernetTag}:${formatLabels([label])}`;
    }
    case 'mac-ip': {
      const { rd, esi, ethernetTag, mac, ip, labels } = route;
      const where = `${rd}:${formatEsi(esi)}:${ethernetTag}`;
      return `evpn:macadv::${where}:${mac.toUpperCase()}/48:${ip ?? ''}:${formatLabels(labels)}`;
    }
    case 'multicast':
      return `evpn:multicast::${route.rd}:${route.ethernetTag}:${route.ip}`;
    case 'ethernet-segment':
      return `evpn:segment::${route.rd}:${formatEsi(route.esi)}:${route.ip}`;
    case 'ip-prefix': {
      const { rd, esi, ethernetTag, prefix, gateway, label } = route;
      const where = `${rd}:${formatEsi(esi)}:${ethernetTag}`;
      return `evpn:prfxadv::${where}:${prefix}:${gateway}:${formatLabels([label])}`;
    }
    case 'unknown':
      return `evpn:type${route.routeType}:0x${fromLatin1(route.body).toString('hex')}`;
  }
}

function formatEsi(esi: string): string {
  return /^0*$/.test(esi) ? '-' : esi.match(/../g)!.join(':');
}

/** ` label 31 (500)`: MPLS label and raw field. */
function formatLabels(labels: readonly number[]): string {
  const texts = labels.map((raw) => (raw === 0 ? '0' : `${raw >> 4} (${raw})`));
  return ` label ${texts.length === 1 ? texts[0]! : `[ ${texts.join(' ')} ]`}`;
}
