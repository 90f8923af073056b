import type { RouteTarget } from '../net/route-target.ts';
import type { InstanceSetup } from './instance-kind.ts';
import type { RequestedPort } from './local-port.ts';
import { redirectInstanceId } from './redirection.ts';
import type { AttachRequest } from './request.ts';
import type { VpnType } from './vpn-type.ts';

/** What an instance that is to be made shall be. */
export interface InstanceRequest extends Pick<
  InstanceSetup,
  'externalId' | 'gatewayIp' | 'prefixLength' | 'bridge' | 'readvertise' | 'attractTraffic' | 'redirectTarget'
> {
  readonly vpnType: VpnType;
  readonly vni: number | undefined;
}

/** What the first attach says of an instance; later ones do not change it. */
export function requestedInstance(request: AttachRequest<RequestedPort>): InstanceRequest {
  return {
    vpnType: request.vpnType,
    externalId: request.instanceId,
    vni: request.vni,
    gatewayIp: request.gatewayIp,
    prefixLength: request.ip?.length,
    bridge: request.bridge,
    readvertise: request.readvertise,
    attractTraffic: request.attractTraffic,
    redirectTarget: undefined,
  };
}

/** A VRF that imports `target`, for packets that FlowSpec routes redirect to it. */
export function redirectRequest(target: RouteTarget): InstanceRequest {
  return {
    vpnType: 'ipvpn',
    externalId: redirectInstanceId(target),
    vni: undefined,
    gatewayIp: '127.0.0.1',
    prefixLength: 24,
    bridge: undefined,
    readvertise: undefined,
    attractTraffic: undefined,
    redirectTarget: target,
  };
}
