import { pairNames } from '../dataplane/pair-names.ts';
import type { GatewayPort } from './gateway-port.ts';
import type { InstanceSetup } from './instance-kind.ts';
import type { Instance } from './instance.ts';
import type { EvpnPort, LocalPort } from './local-port.ts';
import { refused, type VpnFault } from './vpn-fault.ts';

/** The two ends by which an EVI is plugged into a VRF. */
export interface EvpnPlug {
  /** The port of the VRF */
  readonly port: LocalPort;
  /** and that of the EVI. */
  readonly gateway: GatewayPort;
}

/** The ends are named after the numbers of the instances, unless somebody has joined the two already. */
export function evpnPlug(requested: EvpnPort, evi: InstanceSetup, vrf: InstanceSetup): EvpnPlug {
  const { joined, description } = requested;
  const names = pairNames(evi.number, vrf.number);
  const eviEnd = joined?.eviInterface ?? names.evi;
  const vrfEnd = joined?.vrfInterface ?? names.vrf;
  return {
    port: { interface: vrfEnd, ...(joined?.ovs && { ovs: joined.ovs }), description },
    gateway: {
      interface: eviEnd,
      peer: joined === undefined ? vrfEnd : undefined,
      gatewayIp: vrf.gatewayIp,
      vrf: { name: vrf.name, externalId: vrf.externalId },
    },
  };
}

/**
 * Whether an EVI can be plugged into a VRF: undefined, or why not. One EVI is in one VRF, and one VRF has one EVI.
 * `pluggedEvi` is what the VRF has already.
 */
export function checkEvpnPlug(
  port: EvpnPort,
  evi: Instance | undefined,
  vrfId: string,
  pluggedEvi: Instance | undefined,
): VpnFault | undefined {
  const field = fieldOf(port);
  const fault = checkIsEvi(port, evi);
  if (fault !== undefined) return fault;
  const gateway = evi?.gateway;
  if (gateway !== undefined && gateway.vrf.externalId !== vrfId) {
    return refused(`${field}: it is plugged into ${gateway.vrf.externalId} already`);
  }
  if (pluggedEvi !== undefined && pluggedEvi !== evi) {
    return refused(`${field}: ${pluggedEvi.setup.externalId} is plugged into ${vrfId} already`);
  }
  return undefined;
}

/** Whether what a port names is an EVI at all: undefined, or why not. */
export function checkIsEvi(port: EvpnPort, evi: Instance | undefined): VpnFault | undefined {
  if (evi === undefined) return refused(`${fieldOf(port)}: there is no such VPN instance`);
  if (evi.setup.kind.vpnType !== 'evpn') return refused(`${fieldOf(port)}: it is not an E-VPN instance`);
  return undefined;
}

function fieldOf({ evpnInstance }: EvpnPort): string {
  return `local_port.evpn.id ${evpnInstance} is not valid`;
}
