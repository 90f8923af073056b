import { TUNNEL_TYPE } from '../../bgp/community/encapsulation.ts';
import { isHostAddress, isIpv4 } from '../../net/ip-address.ts';
import { parseIpPrefix } from '../../net/ip-prefix.ts';
import { failure, success, type Result } from '../../result.ts';
import type { NextHop } from '../intent.ts';
import { BUCKETS, groupRow, type Bucket } from '../ovs/row.ts';
import { deliver, pushLabel, resubmit } from './actions.ts';
import { inVrf, PRIORITY, VXLAN_PORT } from './pipeline.ts';
import type { Prefix } from './prefix.ts';
import type { OvsIpvpnSettings } from './settings.ts';
import { machinePort, mplsPort } from './tunnels.ts';
import { flow, type Rows, type Workshop } from './unit.ts';
import type { Vrf } from './vrf.ts';
import { wayKey, type Way } from './way.ts';

/**
 * Packets of the VRF to the prefix take one of its ways. The TTL is decremented in the flow: a bucket is an action set, in
 * which that would come behind the label, and never reach the packet.
 */
export function prefixRows(vrf: Vrf, text: string, prefix: Prefix, workshop: Workshop): Rows {
  const parsed = parseIpPrefix(text);
  if (parsed === undefined) return failure(`${text} is not a prefix`);
  const flowTo = (...actions: readonly string[]): ReturnType<typeof flow> =>
    flow(vrf, {
      table: workshop.tables.vrf,
      priority: PRIORITY.defaultRoute + parsed.length,
      match: ['ip', inVrf(vrf.instance), destination(parsed.address, parsed.length)],
      actions: ['dec_ttl', ...actions],
    });
  const { ways } = prefix;
  if (ways.length === 0) return success([]);
  if (ways.length === 1) {
    const actions = wayActions(ways[0]!, workshop);
    return actions.ok ? success([flowTo(...actions.value)]) : actions;
  }
  if (prefix.group === undefined) return failure('no group number is left');
  const buckets = bucketsOf(ways, prefix, workshop);
  if (!buckets.ok) return buckets;
  const group = groupRow({
    id: prefix.group,
    type: 'select',
    selection: selectionOf(workshop.settings),
    buckets: buckets.value,
  });
  return success([group, flowTo(`group:${prefix.group}`)]);
}

/**
 * A way that is not known is left out while there is another one. Of more than a group takes, those are used whose buckets
 * come first: which these are changes as little as can be.
 */
function bucketsOf(
  ways: readonly Way[],
  prefix: Prefix,
  workshop: Workshop,
): Result<readonly Bucket[], string> {
  const buckets: Bucket[] = [];
  let complaint: Result<never, string> | undefined;
  for (const way of ways) {
    const actions = wayActions(way, workshop);
    if (actions.ok) buckets.push({ id: prefix.buckets.get(wayKey(way))!, actions: actions.value.join(',') });
    else complaint ??= actions;
  }
  if (buckets.length === 0 && complaint !== undefined) return complaint;
  return success(buckets.sort((a, b) => a.id - b.id).slice(0, BUCKETS));
}

function wayActions(way: Way, workshop: Workshop): Result<readonly string[], string> {
  if (!('endpoint' in way)) return nextHopActions(way.nextHop, workshop);
  const port = machinePort(way.endpoint.to, workshop);
  return port.ok ? success(deliver(way.endpoint, port.value)) : port;
}

function nextHopActions(
  nextHop: NextHop,
  { settings, tables, view }: Workshop,
): Result<readonly string[], string> {
  const { address, label } = nextHop;
  if (address === settings.localAddress) {
    // Labels are those of the node: another VRF knows the packet by it, whatever it would have come in.
    return success([...pushLabel(label), resubmit(tables.encap)]);
  }
  // Routes say it: what the switch would refuse must not get as far, or it would be asked about each by itself.
  if (!isReachable(address)) return failure(`next hop ${address} is not the IPv4 address of a host`);
  const goesByVxlan = usesVxlan(nextHop, settings);
  const port = view.portNumber(goesByVxlan ? VXLAN_PORT : mplsPort(settings));
  if (!port.ok) return port;
  const toTunnel = [`set_field:${address}->tun_dst`, `output:${port.value}`];
  if (goesByVxlan) return success([`set_field:0x${label.toString(16)}->tun_id`, ...toTunnel]);
  if (settings.gre !== undefined) return success([...pushLabel(label), ...toTunnel]);
  const source = view.localMac();
  if (!source.ok) return source;
  const neighbour = view.neighbourMac(address);
  if (!neighbour.ok) return neighbour;
  return success([
    ...pushLabel(label),
    `set_field:${source.value}->eth_src`,
    `set_field:${neighbour.value}->eth_dst`,
    `output:${port.value}`,
  ]);
}

/** Tunnels are those of IPv4, and a route may have an IPv6 next hop (RFC 8950). */
function isReachable(address: string): boolean {
  return isIpv4(address) && isHostAddress(address);
}

function usesVxlan({ encapsulations }: NextHop, { vxlan }: OvsIpvpnSettings): boolean {
  return vxlan && encapsulations.includes(TUNNEL_TYPE.vxlan);
}

/** Whether the MAC address of the next hop must be known. */
export function isNeighbour(nextHop: NextHop, settings: OvsIpvpnSettings): boolean {
  if (settings.gre !== undefined || nextHop.address === settings.localAddress) return false;
  return isReachable(nextHop.address) && !usesVxlan(nextHop, settings);
}

/** As Open vSwitch writes it: no length for one address, nothing for all. */
function destination(address: string, length: number): string {
  if (length === 0) return '';
  return `nw_dst=${address}${length === 32 ? '' : `/${length}`}`;
}

/** How flows are spread over the buckets. Fields mean something to `hash` only, which has its own where none are given. */
export function selectionOf({
  hashMethod,
  hashMethodParam,
  hashFields,
}: Pick<OvsIpvpnSettings, 'hashMethod' | 'hashMethodParam' | 'hashFields'>): string {
  const parts = [`selection_method=${hashMethod}`];
  if (hashMethodParam !== 0n) parts.push(`selection_method_param=${hashMethodParam}`);
  if (hashMethod === 'hash' && hashFields.length > 0) parts.push(`fields(${hashFields.join(',')})`);
  return parts.join(',');
}
