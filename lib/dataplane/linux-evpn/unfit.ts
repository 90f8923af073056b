import { isInterfaceName } from '../../net/interface-name.ts';
import { parseIpAddress } from '../../net/ip-address.ts';
import { isUnicast, parseMacAddress } from '../../net/mac-address.ts';
import type { DataplaneState } from '../intent.ts';
import { otherEnd } from '../pair-names.ts';
import type { Layout, Node } from './layout.ts';
import type { Link } from './links.ts';

/**
 * Why a state cannot be made into commands: names, numbers and addresses reach a command only if they are what they say,
 * and nothing that the kernel takes for something else. Most of them come from other nodes.
 */
export function unfit(state: DataplaneState, localAddress: string): string | undefined {
  switch (state.kind) {
    case 'evi':
      return state.bridge !== undefined && !isInterfaceName(state.bridge)
        ? `bridge: not an interface name: ${JSON.stringify(state.bridge)}`
        : unfitVni(state.vni);
    case 'evpn-port':
      return unfitInterface(state.port.interface);
    case 'local-mac':
      return unfitInterface(state.port.interface) ?? unfitMac(state.mac);
    case 'remote-mac':
      return unfitMac(state.mac) ?? unfitVtep(state.vtep, localAddress) ?? unfitVni(state.vni);
    case 'flood':
      return unfitVtep(state.vtep, localAddress) ?? unfitVni(state.vni);
    case 'neighbour':
      return unfitMac(state.mac) ?? unfitHost(state.ip);
    case 'veth-pair':
      return (
        unfitInterface(state.interface) ??
        unfitInterface(state.peer) ??
        (otherEnd(state.interface) === state.peer
          ? undefined
          : `not the names of a pair of ours: ${state.interface}, ${state.peer}`)
      );
    case 'gateway-port':
      return unfitInterface(state.interface);
    default:
      return `not an object of an E-VPN: ${state.kind}`;
  }
}

/** Why this interface must not be made a port of an EVI, though it has a good name. */
export function unfitLink(link: Link, layout: Layout, node: Node): string | undefined {
  if (link.isLoopback) return `${link.name} is the loopback interface`;
  if (link.kind === 'bridge') return `${link.name} is a bridge`;
  if (link.kind === 'vxlan') return `${link.name} is a VXLAN device`;
  if (link.addresses.some((address) => parseIpAddress(address) === node.localAddress)) {
    return `${link.name} carries our own address ${node.localAddress}`;
  }
  if (!layout.ownsBridge && link.master !== undefined && link.master !== layout.bridge) {
    return `${link.name} is a port of ${link.master}, not of ${layout.bridge}`;
  }
  return undefined;
}

function unfitInterface(name: string): string | undefined {
  return isInterfaceName(name) ? undefined : `not an interface name: ${JSON.stringify(name)}`;
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
