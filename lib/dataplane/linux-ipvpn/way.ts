import { isHostAddress, isIpv4 } from '../../net/ip-address.ts';
import { failure, success, type Result } from '../../result.ts';
import type { NextHop } from '../intent.ts';
import { addressed, hasAddress, hostPrefix, noAddress, type Endpoint } from './endpoint.ts';
import { IMPLICIT_NULL, tunnelDevice } from './names.ts';
import type { KernelView } from './row.ts';
import { underlayOf, type LinuxIpvpnSettings } from './settings.ts';
import { underlayInterface } from './underlay.ts';

/** One of the ways that packets to a prefix may take, in the words of a route. */
export interface Way {
  readonly words: string;
  /** On what a route of this way lies; undefined: on a device of ours. */
  readonly ground: string | undefined;
}

/** Labels have 20 bits. */
const LABEL_LIMIT = 1 << 20;

/**
 * To a machine behind a port. What else is in its subnet is behind the machine; where an EVI is behind the port, the others
 * are there, too, and are asked for by ARP.
 *
 * @param machine - all endpoints of that machine
 */
export function localWords(
  endpoint: Endpoint,
  prefix: string,
  machine: readonly Endpoint[],
): Result<string, string> {
  const { port, isEvi } = endpoint;
  if (isEvi || prefix === hostPrefix(endpoint)) return success(`dev ${port}`);
  const ip = hasAddress(endpoint) ? endpoint.ip : addressed(machine)?.ip;
  return ip === undefined ? failure(noAddress(endpoint)) : success(`via ${ip} dev ${port} onlink`);
}

/**
 * To another node, or to another VRF of this one. For that the packet gets the label, too, and comes back by the loopback
 * interface: whatever the label means, one machine or a whole VRF, is known where the label is.
 */
export function remoteWay(
  { address, label }: NextHop,
  settings: LinuxIpvpnSettings,
  view: KernelView,
): Result<Way, string> {
  if (!isIpv4(address) || !isHostAddress(address)) return failure(`next hop ${address}: not an IPv4 host`);
  if (!Number.isInteger(label) || label < 0 || label >= LABEL_LIMIT || label === IMPLICIT_NULL) {
    return failure(`next hop ${address}: ${label} is not a label that a packet can have`);
  }
  const encap = `encap mpls ${label}`;
  if (address === settings.localAddress) {
    return success({ words: `${encap} via inet 127.0.0.1 dev lo`, ground: undefined });
  }
  const underlay = underlayOf(settings);
  switch (underlay.kind) {
    case 'none':
      return failure(`mpls_interface is missing: there is no way to ${address}`);
    case 'tunnel':
      return success({ words: `${encap} dev ${tunnelDevice(underlay.tunnel, address)}`, ground: undefined });
    case 'ethernet': {
      const ground = underlayInterface(underlay.interface, view);
      if (!ground.ok) return ground;
      return success({
        words: `${encap} via inet ${address} dev ${underlay.interface}`,
        ground: ground.value,
      });
    }
  }
}

/** The PE to which a tunnel is needed for this next hop. */
export function tunnelEnd({ address }: NextHop, settings: LinuxIpvpnSettings): string | undefined {
  if (underlayOf(settings).kind !== 'tunnel' || address === settings.localAddress) return undefined;
  return isIpv4(address) && isHostAddress(address) ? address : undefined;
}
