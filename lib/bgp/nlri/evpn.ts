import { formatIpv4, formatIpv6, ipAddressBytes } from '../../net/ip-address.ts';
import { formatMacAddress, macAddressBytes } from '../../net/mac-address.ts';
import {
  formatRouteDistinguisher,
  RD_LENGTH,
  routeDistinguisherBytes,
  type RouteDistinguisher,
} from '../../net/route-distinguisher.ts';
import { EVPN } from '../family.ts';
import { fromLatin1, latin1 } from '../latin1.ts';
import { addressNextHop } from './address-next-hop.ts';
import { decodeEvpnList, ESI_LENGTH, ROUTE_TYPE } from './evpn-wire.ts';
import { formatEvpn } from './format-evpn.ts';
import type { Nlri, NlriCodec } from './nlri.ts';

/**
 * An EVPN route. `esi` is 20 hexadecimal digits; labels are raw 24-bit fields: an MPLS label is the upper 20 bits, a
 * VNI all of it (RFC 8365 §5.1.3).
 */
export type EvpnNlri =
  /** RFC 7432 §7.1 */
  | {
      readonly type: 'ethernet-auto-discovery';
      readonly rd: RouteDistinguisher;
      readonly esi: string;
      readonly ethernetTag: number;
      readonly label: number;
    }
  /** RFC 7432 §7.2 */
  | {
      readonly type: 'mac-ip';
      readonly rd: RouteDistinguisher;
      readonly esi: string;
      readonly ethernetTag: number;
      readonly mac: string;
      /** Address text; undefined for a MAC alone. */
      readonly ip: string | undefined;
      readonly labels: readonly number[];
    }
  /** RFC 7432 §7.3 */
  | {
      readonly type: 'multicast';
      readonly rd: RouteDistinguisher;
      readonly ethernetTag: number;
      readonly ip: string;
    }
  /** RFC 7432 §7.4 */
  | {
      readonly type: 'ethernet-segment';
      readonly rd: RouteDistinguisher;
      readonly esi: string;
      readonly ip: string;
    }
  /** RFC 9136 §3.1 */
  | {
      readonly type: 'ip-prefix';
      readonly rd: RouteDistinguisher;
      readonly esi: string;
      readonly ethernetTag: number;
      /** `10.0.0.0/24` */
      readonly prefix: string;
      readonly gateway: string;
      readonly label: number;
    }
  /** Any other; `body` is latin1. */
  | { readonly type: 'unknown'; readonly routeType: number; readonly body: string };

const ZERO_ESI = Buffer.alloc(ESI_LENGTH);

export function decodeEvpn(nlri: Nlri): EvpnNlri {
  const key = fromLatin1(nlri.key);
  const fields = 1 + RD_LENGTH;
  switch (key[0]) {
    case ROUTE_TYPE.ethernetAutoDiscovery:
      return {
        type: 'ethernet-auto-discovery',
        rd: formatRouteDistinguisher(key, 1),
        esi: key.toString('hex', fields, fields + ESI_LENGTH),
        ethernetTag: key.readUInt32BE(fields + ESI_LENGTH),
        label: labelOf(nlri),
      };
    case ROUTE_TYPE.macIp:
      return {
        type: 'mac-ip',
        rd: formatRouteDistinguisher(key, 1),
        ethernetTag: key.readUInt32BE(fields),
        mac: formatMacAddress(key, fields + 5),
        ip: key.length > fields + 12 ? formatAddress(key, fields + 12, key.length) : undefined,
        ...esiAndLabels(nlri),
      };
    case ROUTE_TYPE.multicast:
      return {
        type: 'multicast',
        rd: formatRouteDistinguisher(key, 1),
        ethernetTag: key.readUInt32BE(fields),
        ip: formatAddress(key, fields + 5, key.length),
      };
    case ROUTE_TYPE.ethernetSegment:
      return {
        type: 'ethernet-segment',
        rd: formatRouteDistinguisher(key, 1),
        esi: key.toString('hex', fields, fields + ESI_LENGTH),
        ip: formatAddress(key, fields + ESI_LENGTH + 1, key.length),
      };
    case ROUTE_TYPE.ipPrefix: {
      const rest = fromLatin1(nlri.payload as string);
      return {
        type: 'ip-prefix',
        rd: formatRouteDistinguisher(key, 1),
        esi: rest.toString('hex', 0, ESI_LENGTH),
        ethernetTag: key.readUInt32BE(fields),
        prefix: `${formatAddress(key, fields + 5, key.length)}/${key[fields + 4]!}`,
        gateway: formatAddress(rest, ESI_LENGTH, rest.length - 3),
        label: rest.readUIntBE(rest.length - 3, 3),
      };
    }
    default:
      return { type: 'unknown', routeType: key[0]!, body: latin1(key, 1, key.length) };
  }
}

/** `label` is the raw 24-bit field; ESI and, where it is not given, Ethernet tag are zero. */
export function encodeMacIp(route: {
  readonly rd: RouteDistinguisher;
  readonly mac: string;
  readonly ip: string | undefined;
  readonly label: number;
  readonly ethernetTag?: number;
}): Nlri {
  const ip = route.ip === undefined ? Buffer.alloc(0) : ipAddressBytes(route.ip);
  const key = Buffer.concat([
    head(ROUTE_TYPE.macIp, route.rd, route.ethernetTag),
    Buffer.from([48]),
    macAddressBytes(route.mac),
    Buffer.from([8 * ip.length]),
    ip,
  ]);
  return { key: latin1(key, 0, key.length), payload: route.label };
}

/** `ip` is the address of the originating router. */
export function encodeMulticast(route: {
  readonly rd: RouteDistinguisher;
  readonly ip: string;
  readonly ethernetTag?: number;
}): Nlri {
  const ip = ipAddressBytes(route.ip);
  const key = Buffer.concat([
    head(ROUTE_TYPE.multicast, route.rd, route.ethernetTag),
    Buffer.from([8 * ip.length]),
    ip,
  ]);
  return { key: latin1(key, 0, key.length), payload: 0 };
}

export const EVPN_NLRI: NlriCodec = {
  family: EVPN,
  decode: decodeEvpnList,
  encode(nlri) {
    const key = fromLatin1(nlri.key);
    const body = Buffer.concat(bodyParts(key, nlri.payload));
    return Buffer.concat([Buffer.from([key[0]!, body.length]), body]);
  },
  ...addressNextHop(EVPN),
  format: (nlri) => formatEvpn(decodeEvpn(nlri)),
};

function bodyParts(key: Buffer, payload: Nlri['payload']): Buffer[] {
  switch (key[0]) {
    case ROUTE_TYPE.ethernetAutoDiscovery:
      return [key.subarray(1), payloadBytes(payload)];
    case ROUTE_TYPE.macIp:
    case ROUTE_TYPE.ipPrefix: {
      const bytes = payloadBytes(payload);
      const withEsi = typeof payload === 'string';
      const esi = withEsi ? bytes.subarray(0, ESI_LENGTH) : ZERO_ESI;
      const rest = withEsi ? bytes.subarray(ESI_LENGTH) : bytes;
      return [key.subarray(1, 1 + RD_LENGTH), esi, key.subarray(1 + RD_LENGTH), rest];
    }
    default:
      return [key.subarray(1)];
  }
}

function head(type: number, rd: RouteDistinguisher, ethernetTag = 0): Buffer {
  const bytes = Buffer.alloc(1 + RD_LENGTH + 4);
  bytes[0] = type;
  routeDistinguisherBytes(rd).copy(bytes, 1);
  bytes.writeUInt32BE(ethernetTag, 1 + RD_LENGTH);
  return bytes;
}

function payloadBytes(payload: Nlri['payload']): Buffer {
  if (typeof payload === 'string') return fromLatin1(payload);
  return Buffer.from([payload >> 16, (payload >> 8) & 0xff, payload & 0xff]);
}

function labelOf({ payload }: Nlri): number {
  return typeof payload === 'number' ? payload : 0;
}

function esiAndLabels({ payload }: Nlri): { readonly esi: string; readonly labels: readonly number[] } {
  if (typeof payload === 'number') return { esi: ZERO_ESI.toString('hex'), labels: [payload] };
  const bytes = fromLatin1(payload);
  const labels: number[] = [];
  for (let at = ESI_LENGTH; at + 3 <= bytes.length; at += 3) labels.push(bytes.readUIntBE(at, 3));
  return { esi: bytes.toString('hex', 0, ESI_LENGTH), labels };
}

function formatAddress(bytes: Buffer, start: number, end: number): string {
  return end - start === 4 ? formatIpv4(bytes, start) : formatIpv6(bytes, start);
}
