import { setOf } from './fact.ts';
import { keyOf, type RemoteRoute } from './remote-route.ts';
import type { Json } from './side.ts';
import type { Body, Step } from './step.ts';

/** What is attached, announced and asked for, if both daemons do as they are told. */
export interface Model {
  readonly instances: Map<string, InstanceModel>;
  readonly remote: Map<string, RemoteRoute>;
  /** Route targets that somebody elsewhere imports. */
  readonly asked: Set<string>;
}

export interface InstanceModel {
  readonly id: string;
  readonly vpnType: 'ipvpn' | 'evpn';
  readonly vni: number | undefined;
  importTargets: readonly string[];
  readonly exportTargets: readonly string[];
  description: string | undefined;
  /** Members that only the first attach decides, given again by those that follow. */
  readonly permanent: Body;
  readonly endpoints: EndpointModel[];
}

export interface EndpointModel {
  readonly mac: string;
  /** As the request has it; undefined: a machine that may have any address. */
  readonly ip: string | undefined;
  readonly port: string;
  readonly advertiseSubnet: boolean;
  readonly hashOrder: number;
  description: string | undefined;
  localPref: number | undefined;
}

export function emptyModel(): Model {
  return { instances: new Map(), remote: new Map(), asked: new Set() };
}

/** What becomes of the model with a step; one that is refused changes nothing. */
export function apply(model: Model, step: Step): void {
  switch (step.kind) {
    case 'attach':
      if (step.refused === undefined) attach(model, step.body);
      return;
    case 'detach':
      if (step.refused === undefined) detach(model, step.body);
      return;
    case 'announce':
      model.remote.set(keyOf(step.route), step.route);
      return;
    case 'withdraw':
      model.remote.delete(keyOf(step.route));
      return;
    case 'ask':
      model.asked.add(step.target);
      return;
    case 'stop-asking':
      model.asked.delete(step.target);
  }
}

/**
 * The route targets that are imported here, and those that are imported elsewhere, as one text. Apart, for the
 * reflector tells whose the best RT Constraint route is.
 */
export function wantedTargets({ instances, asked }: Model): string {
  const imported = [...instances.values()].flatMap(({ importTargets, permanent }) => {
    const readvertise = permanent['readvertise'] as { readonly from_rt: readonly string[] } | undefined;
    return [...importTargets, ...(readvertise?.from_rt ?? [])];
  });
  return `${setOf([...new Set(imported)])} and ${setOf([...asked])}`;
}

/** Only the attach that creates an instance decides these. */
const PERMANENT = ['gateway_ip', 'readvertise', 'attract_traffic'];

function attach({ instances }: Model, body: Body): void {
  const id = body['vpn_instance_id'] as string;
  let instance = instances.get(id);
  if (instance === undefined) {
    instance = {
      id,
      vpnType: body['vpn_type'] as 'ipvpn' | 'evpn',
      vni: body['vni'] as number | undefined,
      importTargets: [],
      exportTargets: listOf(body['export_rt']),
      description: undefined,
      permanent: Object.fromEntries(Object.entries(body).filter(([name]) => PERMANENT.includes(name))),
      endpoints: [],
    };
    instances.set(id, instance);
  }
  instance.importTargets = listOf(body['import_rt']);
  instance.description = body['instance_description'] as string | undefined;
  plug(instance, body);
}

function plug({ endpoints }: InstanceModel, body: Body): void {
  const mac = body['mac_address'] as string;
  const ip = body['ip_address'] as string | undefined;
  const port = body['local_port'] as string | { readonly linuxif: string };
  let endpoint = endpoints.find((each) => each.mac === mac && each.ip === ip);
  if (endpoint === undefined) {
    endpoint = {
      mac,
      ip,
      port: typeof port === 'string' ? port : port.linuxif,
      advertiseSubnet: body['advertise_subnet'] === true,
      hashOrder: (body['lb_consistent_hash_order'] as number | undefined) ?? 0,
      description: undefined,
      localPref: undefined,
    };
    endpoints.push(endpoint);
  }
  endpoint.description = body['description'] as string | undefined;
  endpoint.localPref = body['local_pref'] as number | undefined;
  // A machine whose address is known now takes the place of itself with any address.
  if (ip !== undefined) remove(endpoints, (each) => each.mac === mac && each.ip === undefined);
}

function detach({ instances }: Model, body: Body): void {
  const id = body['vpn_instance_id'] as string;
  const instance = instances.get(id);
  if (instance === undefined) return;
  const ip = body['ip_address'];
  remove(
    instance.endpoints,
    (each) => each.mac === body['mac_address'] && (ip === undefined || each.ip === ip),
  );
  if (instance.endpoints.length === 0) instances.delete(id);
}

function remove<T>(list: T[], where: (element: T) => boolean): void {
  list.splice(0, list.length, ...list.filter((element) => !where(element)));
}

/** Route targets are a list, or one text of several with commas between them. */
function listOf(targets: Json | undefined): readonly string[] {
  if (typeof targets === 'string') return targets.split(/,+ */).filter((target) => target !== '');
  return targets as readonly string[];
}
