import { formatIpv4, formatIpv6, ipAddressBytes } from '../../net/ip-address.ts';
import { success } from '../../result.ts';
import { fromLatin1, latin1 } from '../latin1.ts';
import { OPTIONAL_TRANSITIVE, type AttributeDescriptor } from './descriptor.ts';
import { lengthFault } from './fault.ts';

/** PMSI_TUNNEL (RFC 6514 §5). */
export interface PmsiTunnel {
  readonly flags: number;
  /** 6: ingress replication */
  readonly type: number;
  /** The raw 24-bit label field; the VNI with VXLAN (RFC 8365 §5.1.3). */
  readonly label: number;
  /** Address text for ingress replication, the latin1 string of the raw bytes for other types. */
  readonly endpoint: string;
}

export const INGRESS_REPLICATION = 6;

/** By tunnel type. */
const NAMES = [
  'notunnel',
  'rsvp-tep2mplsp',
  'mldpp2mplsp',
  'pim-ssmtree',
  'pim-smtree',
  'bidir-pimtree',
  'ingressreplication',
  'mldpmp2mplsp',
];

/**
 * RFC 6514 §5: flags (1), tunnel type (1), label (3), tunnel identifier. That of ingress replication is an address of
 * 4 or 16 bytes; a malformed attribute withdraws the route.
 */
export const PMSI_TUNNEL: AttributeDescriptor<'pmsiTunnel'> = {
  code: 22,
  name: 'pmsi-tunnel',
  field: 'pmsiTunnel',
  flags: OPTIONAL_TRANSITIVE,
  decode(bytes, start, end) {
    const length = end - start;
    if (length < 5) return lengthFault('PMSI_TUNNEL', length, '5 and more');
    const type = bytes[start + 1]!;
    if (type === INGRESS_REPLICATION && length !== 9 && length !== 21) {
      return lengthFault('PMSI_TUNNEL', length, '9 or 21 for ingress replication');
    }
    return success({
      flags: bytes[start]!,
      type,
      label: bytes.readUIntBE(start + 2, 3),
      endpoint: decodeEndpoint(type, bytes, start + 5, end),
    });
  },
  encode({ flags, type, label, endpoint }) {
    const head = Buffer.from([flags, type, label >> 16, (label >> 8) & 0xff, label & 0xff]);
    return Buffer.concat([
      head,
      type === INGRESS_REPLICATION ? ipAddressBytes(endpoint) : fromLatin1(endpoint),
    ]);
  },
  format: (tunnel) =>
    formatTunnel(tunnel, tunnel.label === 0 ? '0' : `${tunnel.label >> 4}(${tunnel.label})`),
};

/** In routes of our own the label field is a VNI: there is no MPLS label in it. */
export function formatOwnPmsiTunnel(tunnel: PmsiTunnel): string {
  return formatTunnel(tunnel, `0(${tunnel.label})`);
}

function formatTunnel({ flags, type, endpoint }: PmsiTunnel, label: string): string {
  const name = NAMES[type] ?? 'unknown';
  const hex = endpoint === '' ? '' : `0x${fromLatin1(endpoint).toString('hex')}`;
  return `pmsi:${name}:${flags}:${label}:${type === INGRESS_REPLICATION ? endpoint : hex}`;
}

function decodeEndpoint(type: number, bytes: Buffer, start: number, end: number): string {
  if (type !== INGRESS_REPLICATION) return latin1(bytes, start, end);
  return end - start === 4 ? formatIpv4(bytes, start) : formatIpv6(bytes, start);
}
