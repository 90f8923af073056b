import type { ApiClient } from '../support/api-client.ts';

/** What the looking glass shows of the attachments of an agent. */
export interface ShownInstance {
  readonly external_instance_id: string;
  readonly instance_type: string;
  readonly description: string | null;
  readonly route_targets: { readonly import: readonly string[]; readonly export: readonly string[] };
  readonly gateway_ip: string | null;
  readonly instance_dataplane_id: number;
  readonly fallback: unknown;
  readonly readvertise: unknown;
  readonly attract_traffic: unknown;
  readonly gateway_port?: { readonly ipvpn: { readonly external_instance_id: string } } | null;
}

export interface ShownEndpoint {
  readonly mac_address: string;
  readonly ip_address: string;
  readonly local_pref: number | null;
  readonly description: unknown;
  readonly direction: string;
}

export async function instanceIds(api: ApiClient): Promise<readonly string[]> {
  const list = (await api.lookingGlass('vpns/instances')) as readonly { readonly id: string }[];
  return list.map(({ id }) => id).sort();
}

export async function instance(api: ApiClient, id: string): Promise<ShownInstance> {
  return (await api.lookingGlass(`vpns/instances/${id}`)) as ShownInstance;
}

/** The endpoints of an instance, by the name of their port. */
export async function endpoints(
  api: ApiClient,
  id: string,
): Promise<Readonly<Record<string, readonly ShownEndpoint[]>>> {
  const ports = (await api.lookingGlass(`vpns/instances/${id}/ports`)) as Readonly<
    Record<string, { readonly endpoints: readonly ShownEndpoint[] }>
  >;
  return Object.fromEntries(Object.entries(ports).map(([name, port]) => [name, port.endpoints]));
}

/** `<MAC> <IP>` of all endpoints, whatever their port. */
export async function addresses(api: ApiClient, id: string): Promise<readonly string[]> {
  return Object.values(await endpoints(api, id))
    .flat()
    .map(({ mac_address, ip_address }) => `${mac_address} ${ip_address}`)
    .sort();
}

/** Sorted: their order means nothing, and agents send them in any. */
export async function routeTargets(
  api: ApiClient,
  id: string,
): Promise<readonly [imported: readonly string[], exported: readonly string[]]> {
  const shown = (await instance(api, id)).route_targets;
  return [shown.import.toSorted(), shown.export.toSorted()];
}

/** Instances with their targets and addresses: what must be the same again after a restart. */
export async function attachments(api: ApiClient): Promise<unknown> {
  const ids = await instanceIds(api);
  return Promise.all(ids.map(async (id) => [id, await routeTargets(api, id), await addresses(api, id)]));
}
