import { Collection, Link, Members, Reference, type LookingGlassNode } from '../../lib/api/looking-glass.ts';
import type { Endpoint } from '../../lib/vpn/endpoint.ts';
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
      intents: new Reference(() => showIntents(manager)),
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
        description: instance.description,
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
    name: setup.name,
    internals: {
      'event queue length': 0,
      subscriptions: Array.from(instance.subscriptions, ([family, targets]) =>
        showSubscriptions([family], targets),
      ).flat(),
    },
    ...(isVrf
      ? { readvertised: new Reference(() => showRoutes(instance.advertisements.readvertised(), false)) }
      : { gateway_port: showGatewayPort(instance) }),
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
      showEntries(instance, ({ entry, candidates }) =>
        Array.from(candidates, (route) => showRoute(route, instance.bestPaths.whyNotBest(entry, route))),
      ),
    ),
    best_routes: new Reference(() => showEntries(instance, ({ best }) => showRoutes(best))),
    adv_routes: new Reference(() => showRoutes(instance.advertisements.routes)),
    logs: new Reference(() => showLog(log.records(), false)),
  };
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
    mac_address: endpoint.mac,
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

type Entry = ReturnType<Instance['bestPaths']['entries']> extends Iterable<infer T> ? T : never;

/** Routes by what they are routes to. */
function showEntries(instance: Instance, show: (entry: Entry) => LookingGlassNode): LookingGlassNode {
  return new Members(function* () {
    for (const entry of instance.bestPaths.entries()) {
      const name = instance.setup.kind.formatEntry(entry.entry, entry.candidates[0]!);
      if (name !== undefined) yield [name, show(entry)] as const;
    }
  });
}
