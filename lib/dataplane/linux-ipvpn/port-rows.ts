import { failure, success } from '../../result.ts';
import { hasAddress } from './endpoint.ts';
import { GATEWAY_MAC, PREFERENCE, PROTOCOL, vrfDevice } from './names.ts';
import { portGround, type PortGround } from './port-ground.ts';
import type { Occupant, Port } from './ports.ts';
import { GONE, type KernelRow, type KernelRows, type KernelView } from './row.ts';
import { ruleRow } from './rule-row.ts';
import { ownSettingRow, type Setting, settingRows } from './setting-row.ts';
import { tableComplaint } from './vrf-rows.ts';
import type { Vrf } from './vrf.ts';

const SOURCE_FILTER = 'net/ipv4/conf/all/rp_filter';
/** A packet must come from where the route back to its source leads. */
const STRICT = '1';

/**
 * The port belongs to the VRF into which machines behind it send. Where they may only receive, it belongs to none: labels
 * and routes lead to it all the same, and what it sends is dropped. It is not set down when it goes: it is not ours.
 */
export function portRows(port: Port, view: KernelView): KernelRows {
  const { present, home } = port;
  if (present.length === 0) return success([]);
  const ground = portGround(port, view);
  if (!ground.ok) return ground;
  const settings = settingRows(settingsOf(port), view, ground.value.interface);
  if (!settings.ok) return settings;
  const complaint =
    home === undefined
      ? undefined
      : (tableComplaint(home.instance, view) ?? sourceFilter(home, port.name, view));
  if (complaint !== undefined) return failure(complaint);
  const rows = [
    linkRow(port, ground.value),
    ...settings.value,
    ...gateRows(port, ground.value),
    ...neighbourRows(present, ground.value),
  ];
  if (home === undefined) {
    return success([ruleRow('guard', PREFERENCE.mute, `iif ${port.name}`, 'blackhole'), ...rows]);
  }
  return success([...rows, ...addressRows(port, home, ground.value)]);
}

function linkRow({ name, isEvi, home }: Port, ground: PortGround): KernelRow {
  const address = isEvi ? ` address ${GATEWAY_MAC}` : '';
  const master = home === undefined ? undefined : vrfDevice(home.instance);
  const place = master === undefined ? 'nomaster' : `master ${master}`;
  return {
    key: `link ${name}`,
    stage: 'port',
    put: [`link set dev ${name}${address} ${place} up`],
    remove: master === undefined ? [] : [`link set dev ${name} nomaster`],
    ...(master !== undefined && { master }),
    ground: ground.interface,
    tolerate: GONE.link,
  };
}

function settingsOf({ name, home }: Port): readonly Setting[] {
  // Virtual machines must not reach the node by IPv6, which no VRF takes in.
  const withoutIpv6 = { key: `net/ipv6/conf/${name}/disable_ipv6`, value: 1, isOptional: true };
  if (home === undefined) return [withoutIpv6];
  return [
    withoutIpv6,
    { key: `net/ipv4/conf/${name}/rp_filter`, value: 0 },
    // In hundredths of a second: the kernel would wait up to 0.8 s before it answers for others.
    { key: `net/ipv4/neigh/${name}/proxy_delay`, value: 0 },
  ];
}

/** Sysctls of a port by which packets of machines get on, or get an answer to their ARP requests. */
export function gatesOf(name: string): readonly string[] {
  return ['forwarding', 'proxy_arp', 'proxy_arp_pvlan'].map((gate) => `net/ipv4/conf/${name}/${gate}`);
}

/**
 * Only what comes from the port is forwarded: the node as such need not be a router. Machines of one subnet behind several
 * ports find each other because the node answers their ARP requests; those of an EVI answer for themselves, and then
 * it must not. Whatever they were before, they are shut when the port goes: the machine may still be there, and would get
 * into the networks of the node.
 */
function gateRows({ name, isEvi, home }: Port, { interface: ground }: PortGround): readonly KernelRow[] {
  const [forwarding, ...proxies] = gatesOf(name);
  const gate = (key: string, isOpen: boolean): KernelRow => ({
    ...ownSettingRow(key, isOpen ? 1 : 0),
    remove: [`${key}=0`],
    ground,
  });
  if (home === undefined) return [gate(forwarding!, false)];
  return [gate(forwarding!, true), ...proxies.map((key) => gate(key, !isEvi))];
}

/** Those that `portRows` asks for. */
export function portSysctls(port: Port): readonly string[] {
  return [SOURCE_FILTER, ...settingsOf(port).map(({ key }) => key)];
}

/** Where the filter is on for all interfaces, there must be a route back to whoever sends. */
function sourceFilter(vrf: Vrf, name: string, view: KernelView): string | undefined {
  const all = view.sysctl(SOURCE_FILTER);
  if (!all.ok || all.value === '0') return undefined;
  const behind = [...vrf.endpoints.values()].filter(({ port }) => port === name);
  const says = `net.ipv4.conf.all.rp_filter is ${all.value}, and would drop its packets: 0 is expected`;
  if (!behind.every(({ receives }) => receives)) return `direction from-port: ${says}`;
  // Whoever is in a subnet that is not imported is sought elsewhere: there may be a route, but not back to the port.
  const isElsewhere = behind.some((endpoint) => vrf.ownWays(endpoint.prefix, [endpoint]).length === 0);
  return all.value === STRICT && isElsewhere ? `advertise_subnet: ${says}` : undefined;
}

/** The gateway is at each port: as one address, or the kernel would look for the subnet at the first port alone. */
function addressRows(
  { name }: Port,
  { state }: Vrf,
  { interface: ground }: PortGround,
): readonly KernelRow[] {
  if (state?.gatewayIp === undefined) return [];
  const { gatewayIp } = state;
  return [
    {
      key: `address ${gatewayIp} dev ${name}`,
      stage: 'address',
      put: [`addr replace ${gatewayIp}/32 dev ${name}`],
      remove: [`addr del ${gatewayIp}/32 dev ${name}`],
      ground,
      tolerate: GONE.address,
    },
  ];
}

/** Of two machines with one address, the one that came last has it. */
function neighbourRows(occupants: readonly Occupant[], ground: PortGround): readonly KernelRow[] {
  const receivers = occupants.filter(({ endpoint }) => endpoint.receives && hasAddress(endpoint));
  const machines = new Map(receivers.map(({ endpoint }) => [endpoint.ip, endpoint]));
  return [...machines.values()].map(({ ip, mac, port }) => {
    const put = `neigh replace ${ip} lladdr ${mac} dev ${port} nud permanent protocol ${PROTOCOL}`;
    return {
      key: `neighbour ${ip} dev ${port}`,
      stage: 'neighbour',
      put: [put],
      // `ip` ends a whole batch at a neighbour that is not there to be removed: then it is put there first.
      remove: [put, `neigh del ${ip} dev ${port}`],
      ground: ground.state,
      tolerate: GONE.neighbour,
    };
  });
}
