import { z } from 'zod';
import { failure, success, type Result } from '../result.ts';
import type { AttachRequest, DetachRequest, EndpointReference } from '../vpn/request.ts';
import type { VpnType } from '../vpn/vpn-type.ts';
import {
  direction,
  endpointDescription,
  firstIssue,
  integer,
  interfaceName,
  ipPrefix,
  ipv4Prefix,
  macAddress,
  routeTargets,
  shown,
  shownQuoted,
  text,
  uint32,
} from './field.ts';
import { isEvpnPort, type RequestedPort } from '../vpn/local-port.ts';
import { fallback } from './fallback.ts';
import { parseLocalPort } from './local-port.ts';
import { parseAttractTraffic, parseReadvertise } from './traffic.ts';

/** The members of a request body. */
type Body = Readonly<Record<string, unknown>>;

/** RFC 7348 §5: a VNI has 24 bits. 0 and `null` mean "none". */
const LARGEST_VNI = 0xffffff;

/**
 * Parses the body of `POST /attach_localport`. The first thing that is wrong is reported, in the order in which the
 * original checks: that words known to clients come back for the mistakes that they know.
 */
export function parseAttach(body: unknown): Result<AttachRequest<RequestedPort>, string> {
  const reference = parseReference(body, ['import_rt', 'export_rt']);
  if (!reference.ok) return reference;
  const members = body as Body;
  const { vpnType, ip } = reference.value;
  const readvertise = parseReadvertise(members['readvertise']);
  if ('advertise_subnet' in members && typeof members['advertise_subnet'] !== 'boolean') {
    return failure(`'advertise_subnet' must be a boolean, not ${shownQuoted(members['advertise_subnet'])}`);
  }
  const advertiseSubnet = members['advertise_subnet'] === true;
  if (advertiseSubnet && vpnType === 'evpn' && ip !== undefined && !isHost(ip)) {
    return failure("'advertise_subnet' is for ipvpn: an E-VPN route is for one address");
  }
  const way = direction.safeParse(members['direction'] || 'both');
  if (!way.success) {
    return failure(
      `direction should be one of: both, to-port, from-port, not ${shown(members['direction'])}`,
    );
  }
  if (vpnType === 'ipvpn' && !('gateway_ip' in members)) return failure("Missing parameter: 'gateway_ip'");
  const fields = attachFields.safeParse(members);
  if (!fields.success) return failure(firstIssue(fields.error));
  if (!readvertise.ok) return readvertise;
  const attractTraffic = parseAttractTraffic(members['attract_traffic'], readvertise.value);
  if (!attractTraffic.ok) return attractTraffic;
  const { data } = fields;
  return success({
    ...reference.value,
    importTargets: data.import_rt,
    exportTargets: data.export_rt,
    gatewayIp: data.gateway_ip ?? undefined,
    advertiseSubnet,
    direction: way.data,
    vni: data.vni || undefined,
    localPref: data.local_pref ?? undefined,
    hashOrder: data.lb_consistent_hash_order,
    description: data.description ?? undefined,
    instanceDescription: data.instance_description ?? undefined,
    readvertise: readvertise.value,
    attractTraffic: attractTraffic.value,
    fallback: data.fallback ? { fallback: data.fallback, text: members['fallback'] as Body } : undefined,
    bridge: data.linuxbr ?? undefined,
  });
}

/** Parses the body of `POST /detach_localport`; members that only an attach needs may be there. */
export function parseDetach(body: unknown): Result<DetachRequest, string> {
  return parseReference(body, []);
}

const attachFields = z.object({
  import_rt: routeTargets,
  export_rt: routeTargets,
  gateway_ip: text.nullish(),
  vni: integer(0, LARGEST_VNI).nullish(),
  local_pref: uint32.nullish(),
  lb_consistent_hash_order: uint32.default(0),
  description: endpointDescription.nullish(),
  instance_description: text.nullish(),
  fallback: fallback.nullish(),
  linuxbr: interfaceName.nullish(),
});

const instanceIdentifier = z.union([
  // Half of a surrogate pair is no text, and cannot be part of a URL.
  z.string().regex(/^\P{Cs}{1,255}$/u),
  z.number().transform(String),
]);

function parseReference(
  body: unknown,
  alsoMandatory: readonly string[],
): Result<EndpointReference<RequestedPort>, string> {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return failure(`the body is not valid: a JSON object is expected, not ${shownQuoted(body)}`);
  }
  const members = body as Body;
  const vpnType = parseVpnType(members);
  if (!vpnType.ok) return vpnType;
  const mandatory = ['vpn_instance_id', 'mac_address', 'local_port', ...alsoMandatory];
  if (vpnType.value === 'ipvpn') mandatory.push('ip_address');
  const missing = mandatory.find((name) => !(name in members));
  if (missing !== undefined) return failure(`Missing parameter: '${missing}'`);
  const instanceId = instanceIdentifier.safeParse(members['vpn_instance_id']);
  if (!instanceId.success) {
    return failure(
      `vpn_instance_id ${shown(members['vpn_instance_id'])} is not valid: a name of at most 255 characters is expected`,
    );
  }
  const port = parseLocalPort(members['local_port']);
  if (!port.ok) return port;
  if (isEvpnPort(port.value) && vpnType.value !== 'ipvpn') {
    return failure('local_port.evpn is for ipvpn: an E-VPN instance can be plugged into an IP VPN only');
  }
  const mac = macAddress.safeParse(members['mac_address']);
  if (!mac.success) return failure(firstIssue(mac.error));
  const reference = {
    vpnType: vpnType.value,
    instanceId: instanceId.data,
    mac: mac.data,
    macText: members['mac_address'] as string,
    port: port.value,
  };
  if (!('ip_address' in members)) return success({ ...reference, ip: undefined, ipText: undefined });
  const ip = (vpnType.value === 'ipvpn' ? ipv4Prefix : ipPrefix).safeParse(members['ip_address']);
  if (!ip.success) return failure(firstIssue(ip.error));
  return success({ ...reference, ip: ip.data, ipText: members['ip_address'] as string });
}

function parseVpnType(members: Body): Result<VpnType, string> {
  const value = members['vpn_type'];
  if (!('vpn_type' in members)) return failure('missing instance_type: vpn_type, ipvpn or evpn, is expected');
  if (value !== 'ipvpn' && value !== 'evpn') {
    return failure(`unknown vpn_type: ${shown(value)}, where ipvpn or evpn is expected`);
  }
  return success(value);
}

function isHost({ address, length }: { readonly address: string; readonly length: number }): boolean {
  return length === (address.includes(':') ? 128 : 32);
}
