import { isInterfaceName } from '../../net/interface-name.ts';
import { parseIpAddress } from '../../net/ip-address.ts';
import { unfitForEvpn } from '../evpn-unfit.ts';
import type { DataplaneState } from '../intent.ts';
import { otherEnd } from '../pair-names.ts';
import type { Layout, Node } from './layout.ts';
import type { Link } from './links.ts';

/** Why a state cannot be made into commands: besides what no driver could obey, names that no interface can have. */
export function unfit(state: DataplaneState, localAddress: string): string | undefined {
  return unfitNames(state) ?? unfitForEvpn(state, localAddress);
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

function unfitNames(state: DataplaneState): string | undefined {
  switch (state.kind) {
    case 'evi':
      return state.bridge !== undefined && !isInterfaceName(state.bridge)
        ? `bridge: not an interface name: ${JSON.stringify(state.bridge)}`
        : undefined;
    case 'evpn-port':
    case 'local-mac':
      return unfitInterface(state.port.interface);
    case 'gateway-port':
      return unfitInterface(state.interface);
    case 'veth-pair':
      return (
        unfitInterface(state.interface) ??
        unfitInterface(state.peer) ??
        (otherEnd(state.interface) === state.peer
          ? undefined
          : `not the names of a pair of ours: ${state.interface}, ${state.peer}`)
      );
    default:
      return undefined;
  }
}

function unfitInterface(name: string): string | undefined {
  return isInterfaceName(name) ? undefined : `not an interface name: ${JSON.stringify(name)}`;
}
