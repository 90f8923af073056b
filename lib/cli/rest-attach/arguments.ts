import type { Direction, VpnType } from '../../vpn/vpn-type.ts';

/** The command line of `bagpipe-rest-attach`, each value of the right kind, nothing combined yet. */
export interface RestAttachArguments {
  readonly attach?: true;
  readonly detach?: true;
  readonly networkType?: VpnType;
  readonly port?: string;
  readonly ip?: string;
  readonly vpnInstanceId: string;
  readonly gatewayIp?: string;
  readonly mac?: string;
  readonly rt: readonly string[];
  readonly importRt: readonly string[];
  readonly exportRt: readonly string[];
  readonly direction: Direction;
  readonly advertiseSubnet?: true;
  readonly netns?: string;
  readonly if2vpn: string;
  readonly ovsPreplug?: true;
  readonly ovsBridge: string;
  readonly ovsVlan?: number;
  readonly readvFromRt: readonly string[];
  readonly readvToRt: readonly string[];
  readonly redirectRts: readonly string[];
  readonly sourcePrefix?: string;
  readonly destinationPrefix?: string;
  readonly sourcePort?: string;
  readonly destinationPort?: string;
  readonly protocol?: string;
  readonly attractToRt: readonly string[];
  readonly staticDestinationPrefix: readonly string[];
  readonly lbConsistentHashOrder: number;
  readonly vni: number;
  readonly localPref: number;
}
