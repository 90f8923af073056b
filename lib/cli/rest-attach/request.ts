import type { RestAttachArguments } from './arguments.ts';
import type { PlannedPort, RestAttachPlan } from './plan.ts';

/** The body of the request, with the keys that the daemon expects and the values as they were given. */
export function requestBody(
  args: RestAttachArguments,
  plan: RestAttachPlan,
  mac: string,
): Record<string, unknown> {
  return {
    import_rt: plan.importRts,
    export_rt: plan.exportRts,
    local_port: localPort(args, plan),
    vpn_instance_id: plan.vpnInstanceId,
    vpn_type: plan.vpnType,
    gateway_ip: plan.gateway,
    mac_address: mac,
    ip_address: plan.ip,
    advertise_subnet: args.advertiseSubnet === true,
    readvertise: args.readvToRt.length > 0 ? { from_rt: args.readvFromRt, to_rt: args.readvToRt } : null,
    attract_traffic: attractTraffic(args),
    lb_consistent_hash_order: args.lbConsistentHashOrder,
    vni: args.vni,
    ...(args.localPref !== 0 ? { local_pref: args.localPref } : {}),
    direction: args.direction,
  };
}

/** The interface that is plugged into Open vSwitch beforehand, if one is to be. */
export function preplugged(args: RestAttachArguments, plan: RestAttachPlan): string | undefined {
  return args.ovsPreplug === true && plan.vpnType === 'ipvpn' ? interfaceOf(plan.port) : undefined;
}

/** The interface that a port is on this node; an E-VPN plugged into an IP VPN is none. */
export function interfaceOf(port: PlannedPort): string | undefined {
  switch (port.kind) {
    case 'interface':
      return port.name;
    case 'netns':
      return port.outside;
    case 'evpn':
      return undefined;
  }
}

function localPort(args: RestAttachArguments, plan: RestAttachPlan): Record<string, unknown> {
  if (plan.port.kind === 'evpn') return { evpn: { id: plan.port.id } };
  const linuxif = interfaceOf(plan.port);
  const portName = preplugged(args, plan);
  if (portName === undefined) return { linuxif };
  const vlan = args.ovsVlan === undefined ? {} : { vlan: args.ovsVlan };
  return { linuxif, ovs: { port_name: portName, plugged: true, ...vlan } };
}

function attractTraffic(args: RestAttachArguments): Record<string, unknown> {
  if (args.redirectRts.length === 0) return {};
  const { sourcePrefix, destinationPrefix, sourcePort, destinationPort, protocol } = args;
  return {
    redirect_rts: args.redirectRts,
    // What is undefined is left out of the JSON text.
    classifier: { sourcePrefix, destinationPrefix, sourcePort, destinationPort, protocol },
    ...(args.attractToRt.length > 0 ? { to_rt: args.attractToRt } : {}),
    ...(args.staticDestinationPrefix.length > 0
      ? { static_destination_prefixes: args.staticDestinationPrefix }
      : {}),
  };
}
