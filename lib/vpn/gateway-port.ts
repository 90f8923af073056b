import type { DataplaneState } from '../dataplane/intent.ts';

/** How an EVI is plugged into a VRF: the VRF is the gateway of the subnet, behind one port of the EVI. */
export interface GatewayPort {
  /** The port of the EVI. */
  readonly interface: string;
  /** The interface of the VRF at the other end of the pair; undefined if the two are joined already. */
  readonly peer: string | undefined;
  readonly gatewayIp: string | undefined;
  /** The VRF, by name (`VRF-1`) and by the id that the orchestrator gave. */
  readonly vrf: { readonly name: string; readonly externalId: string };
}

/** What the dataplane must hold for it, referents first; `instance` is the EVI. */
export function gatewayPortStates(instance: number, gateway: GatewayPort): readonly DataplaneState[] {
  const { interface: port, peer, gatewayIp } = gateway;
  return [
    ...(peer === undefined ? [] : [{ kind: 'veth-pair' as const, instance, interface: port, peer }]),
    { kind: 'gateway-port', instance, interface: port, gatewayIp },
  ];
}
