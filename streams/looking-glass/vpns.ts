import {
  Collection,
  Link,
  Members,
  Reference,
  Unlisted,
  type LookingGlassNode,
} from '../../lib/api/looking-glass.ts';
import type { Endpoint } from '../../lib/vpn/endpoint.ts';
import { entriesOf, type DecidedEntry } from '../../lib/rib/best-path.ts';
import type { Instance } from '../../lib/vpn/instance.ts';
import type { ManagedInstance, VpnManager } from '../instance/manager.ts';
import { showDrivers, type DriverViews } from './drivers.ts';
import { showLog } from './logs.ts';
import { showIntents } from './intents.ts';
import { showRoute, showRoutes } from './routes.ts';
import { showSubscriptions } from './subscriptions.ts';

export function showVpns(manager: VpnManager, drivers: DriverViews): LookingGlassNode {
  return {
    instances: new Reference(() => showInstances(manager)),
    dataplane: new Reference(() => ({
      drivers: new Reference(() => showDrivers(drivers)),
      ids: new Reference(() =>
        Object.fromEntries(
          Array.from(manager.numbers.labels.inUse(), ([label, owner]) => [String(label), owner]),
        ),
      ),
      intents: new Unlisted(() => showIntents(manager)),
    })),
    instances_per_vni: showInstancesByVni(manager),
  };
}

/** The instances with a VNI that a client gave. */
function showInstancesByVni(manager: VpnManager): LookingGlassNode {
  const given = Array.from(manager.instances, ({ instance }) => instance.setup).filter(
    ({ label }) => label === undefined,
  );
  return Object.fromEntries(
    given.map(({ dataplaneId, name, externalId }) => [
      String(dataplaneId),
      { name, external_instance_id: externalId },
    ]),
  );
}

function showInstances(manager: VpnManager): LookingGlassNode {
  return new Collection(
    () =>
      Array.from(manager.instances, ({ instance }) => ({
        id: instance.setup.externalId,
        name: instance.setup.name,
        description: instance.description === '' ? undefined : instance.description,
      })),
    (id) => {
      const running = manager.find(id);
      return running === undefined ? undefined : showInstance(manager, running);
    },
  );
}

export function showInstance(manager: VpnManager, { instance, log }: ManagedInstance): LookingGlassNode {
  const { setup } = instance;
  const isVrf = setup.kind.vpnType === 'ipvpn';
  return {
    ...(isVrf ? {} : { gateway_port: showGatewayPort(instance) }),
    name: setup.name,
    internals: {
      'event queue length': 0,
      subscriptions: showInstanceSubscriptions(instance),
    },
    ...(isVrf
      ? { readvertised: new Reference(() => showRoutes(instance.advertisements.readvertised(), false)) }
      : {}),
    instance_type: setup.kind.instanceType,
    external_instance_id: setup.externalId,
    description: instance.description ?? null,
    dataplane: new Reference(() => ({
      driver: new Link(['vpns', 'dataplane', 'drivers', setup.kind.vpnType], { id: setup.kind.vpnType }),
      logs: new Reference(() => showLog(log.records(), false)),
      ...manager.describeDataplane(instance),
    })),
    route_targets: {
      import: showTargets(instance.importTargets),
      export: showTargets(instance.advertisements.exportTargets),
    },
    gateway_ip: setup.gatewayIp ?? null,
    subnet_prefix_length: setup.prefixLength ?? null,
    instance_dataplane_id: setup.dataplaneId,
    ports: new Reference(() => showPorts(instance)),
    readvertise: showReadvertise(instance),
    attract_traffic: showAttractTraffic(instance),
    fallback: (instance.fallback as LookingGlassNode) ?? null,
    received_routes: new Reference(() =>
      showEntries(instance, ({ candidates, whyNotBest }) =>
        candidates.map((route) => showRoute(route, whyNotBest(route))),
      ),
    ),
    best_routes: new Reference(() => showEntries(instance, ({ best }) => showRoutes(best))),
    adv_routes: new Reference(() => showRoutes(instance.advertisements.routes)),
    logs: new Reference(() => showLog(log.records(), false)),
  };
}

function showInstanceSubscriptions({ subscriptions, setup }: Instance): LookingGlassNode {
  const { imported, readvertised } = subscriptions;
  return showSubscriptions(
    setup.kind.families.map((family) => {
      const targets = new Set([...(imported.get(family) ?? []), ...(readvertised.get(family) ?? [])]);
      return [family, targets];
    }),
  );
}

function showTargets(targets: Iterable<string>): readonly string[] {
  return Array.from(targets, (target) => `target:${target}`);
}

function showPorts(instance: Instance): LookingGlassNode {
  const ports = new Map<string, Endpoint[]>();
  for (const endpoint of instance.endpoints) {
    const name = endpoint.port.interface;
    ports.set(name, [...(ports.get(name) ?? []), endpoint]);
  }
  return Object.fromEntries(
    Array.from(ports, ([name, endpoints]) => [name, { endpoints: endpoints.map(showEndpoint) }]),
  );
}

function showEndpoint(endpoint: Endpoint): LookingGlassNode {
  return {
    label: endpoint.label,
    mac_address: endpoint.macText,
    ip_address: endpoint.ipText ?? null,
    local_pref: endpoint.localPref ?? null,
    rd: endpoint.rd,
    description: (endpoint.description as LookingGlassNode) ?? null,
    direction: endpoint.direction,
  };
}

function showGatewayPort({ gateway }: Instance): LookingGlassNode {
  if (gateway === undefined) return null;
  const { name, externalId } = gateway.vrf;
  const vrf = new Link(['vpns', 'instances', externalId], { id: name, external_instance_id: externalId });
  return { interface: gateway.interface, ipvpn: vrf };
}

function showReadvertise({ setup: { readvertise } }: Instance): LookingGlassNode {
  if (readvertise === undefined) return {};
  return { from: showTargets(readvertise.from), to: showTargets(readvertise.to) };
}

function showAttractTraffic({ setup: { attractTraffic } }: Instance): LookingGlassNode {
  if (attractTraffic === undefined) return {};
  return {
    redirect_rts: showTargets(attractTraffic.redirectTargets),
    classifier: attractTraffic.classifierText as LookingGlassNode,
    to: showTargets([attractTraffic.to]),
    static_destination_prefixes:
      attractTraffic.staticDestinationPrefixes?.map(({ address, length }) => `${address}/${length}`) ?? null,
  };
}

/** Routes by what they are routes to: those that are imported, and those that are there to be passed on. */
function showEntries(
  { setup, bestPaths, readvertisedPaths }: Instance,
  show: (entry: DecidedEntry) => LookingGlassNode,
): LookingGlassNode {
  const tables = readvertisedPaths === undefined ? [bestPaths] : [bestPaths, readvertisedPaths];
  return new Members(function* () {
    for (const entry of entriesOf(tables)) {
      const name = setup.kind.formatEntry(entry.entry, entry.candidates[0]!);
      if (name !== undefined) yield [name, show(entry)] as const;
    }
  });
}
