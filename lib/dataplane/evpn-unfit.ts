import { parseIpAddress } from '../net/ip-address.ts';
import { isUnicast, parseMacAddress } from '../net/mac-address.ts';
import type { DataplaneState } from './intent.ts';

/**
 * Why a state of an E-VPN must not be obeyed, whatever the driver: numbers and addresses reach a command only if they are
 * what they say, and nothing that a dataplane takes for something else. Most of them come from other nodes. Names of
 * interfaces are left to those drivers that put them into commands.
 */
export function unfitForEvpn(state: DataplaneState, localAddress: string): string | undefined {
  switch (state.kind) {
    case 'evi':
      return unfitVni(state.vni);
    case 'local-mac':
      return unfitMac(state.mac);
    case 'remote-mac':
      return unfitMac(state.mac) ?? unfitVtep(state.vtep, localAddress) ?? unfitVni(state.vni);
    case 'flood':
      return unfitVtep(state.vtep, localAddress) ?? unfitVni(state.vni);
    case 'neighbour':
      return unfitMac(state.mac) ?? unfitHost(state.ip);
    case 'evpn-port':
    case 'veth-pair':
    case 'gateway-port':
      return undefined;
    default:
      return `not an object of an E-VPN: ${state.kind}`;
  }
}

function unfitMac(mac: string): string | undefined {
  if (parseMacAddress(mac) !== mac) return `not a MAC address: ${JSON.stringify(mac)}`;
  return isUnicast(mac) ? undefined : `not the MAC address of one station: ${mac}`;
}

function unfitVtep(vtep: string, localAddress: string): string | undefined {
  const complaint = unfitHost(vtep);
  if (complaint !== undefined) return complaint;
  return vtep.includes(':') === localAddress.includes(':')
    ? undefined
    : `not of the address family of ${localAddress}: ${vtep}`;
}

function unfitHost(ip: string): string | undefined {
  if (parseIpAddress(ip) !== ip) return `not an IP address: ${JSON.stringify(ip)}`;
  return isHost(ip) ? undefined : `not the IP address of a host: ${ip}`;
}

/** Neither unspecified nor loopback, multicast, broadcast or reserved (RFC 6890, RFC 1112 §4). */
function isHost(ip: string): boolean {
  if (ip.includes(':')) return ip !== '::' && ip !== '::1' && !/^(ff|::ffff:)/.test(ip);
  const first = Number.parseInt(ip, 10);
  return first > 0 && first !== 127 && first < 224;
}

function unfitVni(vni: number): string | undefined {
  return Number.isInteger(vni) && vni > 0 && vni < 1 << 24 ? undefined : `not a VNI: ${vni}`;
}
