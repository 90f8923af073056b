import { isInterfaceName } from '../../net/interface-name.ts';
import { parseIpPrefix } from '../../net/ip-prefix.ts';
import { parseMacAddress } from '../../net/mac-address.ts';
import { failure, success, type Result } from '../../result.ts';
import type { VpnType } from '../../vpn/vpn-type.ts';
import type { RestAttachArguments } from './arguments.ts';
import { lastButOneAddress } from './gateway.ts';

/** What is to be plugged. */
export type PlannedPort =
  | { readonly kind: 'interface'; readonly name: string }
  | { readonly kind: 'evpn'; readonly id: string }
  | {
      readonly kind: 'netns';
      readonly netns: string;
      /** The end of the pair outside the namespace, which the daemon is told of. */
      readonly outside: string;
      readonly inside: string;
    };

/** A command line that makes sense. */
export interface RestAttachPlan {
  readonly action: 'attach' | 'detach';
  readonly vpnType: VpnType;
  readonly vpnInstanceId: string;
  readonly port: PlannedPort;
  /** Undefined: that of the interface in the namespace. */
  readonly mac: string | undefined;
  /** `address/length` */
  readonly ip: string;
  readonly gateway: string;
  readonly importRts: readonly string[];
  readonly exportRts: readonly string[];
}

const DEFAULT_INSTANCE = 'bagpipe-test';
const DEFAULT_IPVPN_MAC = '52:54:00:99:99:22';
const DEFAULT_RTS: Readonly<Record<VpnType, string>> = { ipvpn: '64512:512', evpn: '64512:513' };
const INTERFACE_NAME_LENGTH = 15;

const CLASSIFIER_OPTIONS = [
  'sourcePrefix',
  'destinationPrefix',
  'sourcePort',
  'destinationPort',
  'protocol',
] as const;

/** Checks and completes the command line, or says what is missing. */
export function plan(args: RestAttachArguments): Result<RestAttachPlan, string> {
  const { networkType: vpnType } = args;
  if (args.attach === true && args.detach === true) {
    return failure('Need to specify exactly one of --attach and --detach');
  }
  if (args.attach !== true && args.detach !== true) return failure('Need to specify --attach or --detach');
  if (vpnType === undefined) return failure('Need to specify --network-type');
  if (args.port === undefined) return failure('Need to specify --port <localport>');
  if (args.ip === undefined) return failure('Need to specify --ip');

  const vpnInstanceId =
    args.vpnInstanceId === DEFAULT_INSTANCE ? `${vpnType}-${DEFAULT_INSTANCE}` : args.vpnInstanceId;
  const port = planPort(args.port, vpnType, args.netns ?? vpnInstanceId, args.if2vpn);
  if (!port.ok) return port;
  const ip = planIp(args.ip);
  if (ip === undefined) return failure(`--ip ${args.ip}: expected <address> or <address>/<length>`);
  const gateway = args.gatewayIp ?? lastButOneAddress(ip);
  if (gateway === undefined) {
    return failure(`Need to specify --gateway-ip: ${ip} has no address but its own`);
  }
  const mac = planMac(args.mac, vpnType, port.value);
  if (!mac.ok) return mac;
  const classified = CLASSIFIER_OPTIONS.some((name) => args[name] !== undefined);
  if (classified !== args.redirectRts.length > 0) {
    return failure(
      '--redirect-rts and a classifier (--source-prefix, --destination-port...) need each other',
    );
  }
  const lacking = lackingCompanion(args);
  if (lacking !== undefined) return failure(lacking);
  const withoutRts = [args.rt, args.importRt, args.exportRt].every((rts) => rts.length === 0);
  const rts = withoutRts ? [DEFAULT_RTS[vpnType]] : args.rt;
  return success({
    action: args.attach === true ? 'attach' : 'detach',
    vpnType,
    vpnInstanceId,
    port: port.value,
    mac: mac.value,
    ip,
    gateway,
    importRts: [...rts, ...args.importRt],
    exportRts: [...rts, ...args.exportRt],
  });
}

/** Options that would be left out without a word, as they say nothing without another one. */
function lackingCompanion(args: RestAttachArguments): string | undefined {
  const redirecting = args.redirectRts.length > 0;
  if (args.readvFromRt.length > 0 && args.readvToRt.length === 0)
    return '--readv-from-rt needs --readv-to-rt';
  if (args.attractToRt.length > 0 && !redirecting) return '--attract-to-rt needs --redirect-rts';
  if (args.attractToRt.length > 0 !== args.staticDestinationPrefix.length > 0) {
    return '--attract-to-rt and --static-destination-prefix need each other';
  }
  if (args.ovsVlan !== undefined && args.ovsPreplug !== true) return '--ovs-vlan needs --ovs-preplug';
  return undefined;
}

/** `tap1`, `evpn:<instance>`, `netns`, or `netns:<interface outside>`. */
function planPort(
  text: string,
  vpnType: VpnType,
  netns: string,
  inside: string,
): Result<PlannedPort, string> {
  if (text.startsWith('evpn:')) {
    if (vpnType !== 'ipvpn') return failure(`--port ${text}: an E-VPN can only be plugged into an IP VPN`);
    const id = text.slice('evpn:'.length);
    return id === '' ? failure(`--port ${text}: expected evpn:<instance id>`) : success({ kind: 'evpn', id });
  }
  if (text !== 'netns' && !text.startsWith('netns:')) {
    return isInterfaceName(text)
      ? success({ kind: 'interface', name: text })
      : failure(
          `--port ${text}: expected the name of an interface, evpn:<instance id>, or netns[:<interface>]`,
        );
  }
  const outside =
    text === 'netns' ? `ns-${netns}`.slice(0, INTERFACE_NAME_LENGTH) : text.slice('netns:'.length);
  if (!/^[\w.@:+][\w.@:+-]*$/.test(netns)) {
    return failure(`--netns ${netns}: expected letters, digits and . _ @ : + -`);
  }
  for (const name of [outside, inside]) {
    if (!isInterfaceName(name)) return failure(`"${name}" cannot be the name of an interface`);
  }
  return success({ kind: 'netns', netns, outside, inside });
}

function planIp(text: string): string | undefined {
  const complete = text.includes('/') ? text : `${text}/${text.includes(':') ? 64 : 24}`;
  const prefix = parseIpPrefix(complete);
  return prefix === undefined ? undefined : `${prefix.address}/${prefix.length}`;
}

function planMac(
  given: string | undefined,
  vpnType: VpnType,
  port: PlannedPort,
): Result<string | undefined, string> {
  if (given !== undefined) {
    const mac = parseMacAddress(given);
    return mac === undefined ? failure(`--mac ${given}: expected a MAC address`) : success(mac);
  }
  if (port.kind === 'netns') return success(undefined);
  if (vpnType === 'ipvpn') return success(DEFAULT_IPVPN_MAC);
  return failure(`Need to specify --mac for an E-VPN, unless the port is "netns"`);
}
