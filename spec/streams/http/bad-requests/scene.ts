/**
 * What is attached while bad requests come in, and what the good requests look like from which they are made. The
 * words of a bad request that are not mentioned in its row are those of `VRF_PORT` and `EVI_PORT`: either would be
 * carried out as it is.
 */
export type Body = Readonly<Record<string, unknown>>;

const RTS = { import_rt: ['64512:1'], export_rt: ['64512:1'] };
const VRF = { vpn_type: 'ipvpn', vpn_instance_id: 'v1', gateway_ip: '10.0.0.254', ...RTS };
const EVI = { vpn_type: 'evpn', vpn_instance_id: 'e1', vni: 500, ...RTS };

/** Attached before the first bad request. */
export const ATTACHED: readonly Body[] = [
  { ...VRF, mac_address: '52:54:00:00:00:01', ip_address: '10.0.0.1/24', local_port: { linuxif: 'tap1' } },
  { ...VRF, mac_address: '52:54:00:00:00:02', ip_address: '10.0.0.2', local_port: { linuxif: 'tap2' } },
  {
    ...{ ...VRF, mac_address: '52:54:00:00:00:03', ip_address: '10.0.5.0/24', local_port: 'tap3' },
    ...{ advertise_subnet: true, local_pref: 50, description: { port: 'three' } },
  },
  {
    ...{ ...VRF, vpn_instance_id: 'v2', vni: 600, instance_description: 'with a VNI' },
    ...{ mac_address: '52:54:00:00:00:04', ip_address: '10.2.0.4', local_port: 'tap4' },
    fallback: { dst_mac: '52:54:00:00:00:fe', src_mac: '00:00:5e:2a:10:00', ovs_port_number: 2 },
  },
  { ...EVI, mac_address: '52:54:00:00:00:11', ip_address: '10.9.0.1', local_port: { linuxif: 'tap11' } },
  { ...EVI, mac_address: '52:54:00:00:00:12', local_port: { linuxif: 'tap12' } },
];

export const VRF_PORT: Body = {
  ...VRF,
  mac_address: '52:54:00:00:00:09',
  ip_address: '10.0.0.9/24',
  local_port: { linuxif: 'tap9' },
};

export const EVI_PORT: Body = {
  ...EVI,
  mac_address: '52:54:00:00:00:19',
  ip_address: '10.9.0.9',
  local_port: { linuxif: 'tap19' },
};

export function without(body: Body, name: string): Body {
  return Object.fromEntries(Object.entries(body).filter(([key]) => key !== name));
}

/** A bad request, and the whole text of its answer. */
export interface BadRequest {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly body: string | undefined;
  readonly status: number;
  readonly description: string | null;
}

/** What has changed in a good body, and what is said of it after `API error: `. */
export type Row = readonly [name: string, changes: Body, reason: string];

export function badAttach(base: Body, [name, changes, reason]: Row): BadRequest {
  return bad(
    `attach ${String(base['vpn_type'])}: ${name}`,
    '/attach_localport',
    { ...base, ...changes },
    reason,
  );
}

export function badDetach(base: Body, [name, changes, reason]: Row): BadRequest {
  return bad(
    `detach ${String(base['vpn_type'])}: ${name}`,
    '/detach_localport',
    { ...base, ...changes },
    reason,
  );
}

/** A member that is `undefined` is not there. */
function bad(name: string, path: string, body: Body, reason: string): BadRequest {
  return {
    ...{ name, method: 'POST', path, body: JSON.stringify(body) },
    ...{ status: 400, description: `API error: ${reason}` },
  };
}
