import type { EndpointModel, InstanceModel } from '../model.ts';
import type { Random } from '../random.ts';
import type { Json } from '../side.ts';
import type { Body } from '../step.ts';

/** The body of an attach of `endpoint`, as an orchestrator repeats it: all that is known of the instance is in it. */
export function attachBody(
  random: Random,
  instance: InstanceModel,
  endpoint: EndpointModel,
  more: Body = {},
): Body {
  return {
    vpn_type: instance.vpnType,
    vpn_instance_id: instance.id,
    mac_address: endpoint.mac,
    ...optional('ip_address', endpoint.ip),
    local_port: random.chance(20) ? endpoint.port : { linuxif: endpoint.port },
    import_rt: targetList(random, instance.importTargets),
    export_rt: targetList(random, instance.exportTargets),
    ...instance.permanent,
    ...optional('vni', instance.vni),
    ...(endpoint.advertiseSubnet && { advertise_subnet: true }),
    ...(endpoint.hashOrder !== 0 && { lb_consistent_hash_order: endpoint.hashOrder }),
    ...optional('local_pref', endpoint.localPref),
    ...optional('description', endpoint.description),
    ...optional('instance_description', instance.description),
    ...more,
  };
}

/** Clients send the whole attach to detach. */
export function detachBody(random: Random, instance: InstanceModel, endpoint: EndpointModel): Body {
  const body = attachBody(random, instance, endpoint);
  if (random.chance(50)) return body;
  const needed = ['vpn_type', 'vpn_instance_id', 'mac_address', 'ip_address', 'local_port'];
  return Object.fromEntries(Object.entries(body).filter(([name]) => needed.includes(name)));
}

/** A new endpoint of an instance. A MAC that is there keeps its port and its place in consistent hashing. */
export function newEndpoint(
  random: Random,
  instance: InstanceModel,
  endpoint: Pick<EndpointModel, 'mac' | 'ip'> & { readonly port: string; readonly advertiseSubnet?: boolean },
): EndpointModel {
  const sibling = instance.endpoints.find(({ mac }) => mac === endpoint.mac);
  return {
    mac: endpoint.mac,
    ip: endpoint.ip,
    port: sibling?.port ?? endpoint.port,
    advertiseSubnet: endpoint.advertiseSubnet ?? false,
    hashOrder: sibling?.hashOrder ?? (random.chance(30) ? 1 + random.below(9) : 0),
    description: someDescription(random, 'endpoint'),
    localPref: someLocalPref(random),
  };
}

export function someDescription(random: Random, what: string): string | undefined {
  return random.chance(50) ? undefined : `${what} ${random.below(100)}`;
}

export function someLocalPref(random: Random): number | undefined {
  return random.chance(50) ? undefined : 50 + 10 * random.below(20);
}

function targetList(random: Random, targets: readonly string[]): Json {
  return random.chance(20) ? targets.join(',') : targets;
}

function optional(name: string, value: Json | undefined): Body {
  return value === undefined ? {} : { [name]: value };
}
