import type {
  IpvpnState,
  NextHop,
  RemotePrefixState,
  TrafficClassifierState,
  VrfEndpointState,
  VrfState,
} from '../../../../lib/dataplane/intent.ts';
import { unwant, want } from '../../../../lib/dataplane/intent.ts';
import type { SwitchView } from '../../../../lib/dataplane/ovs/program.ts';
import { OvsIpvpn } from '../../../../lib/dataplane/ovs-ipvpn/ovs-ipvpn.ts';
import type { OvsIpvpnSettings } from '../../../../lib/dataplane/ovs-ipvpn/settings.ts';
import { failure, success } from '../../../../lib/result.ts';
import { routeTarget } from '../../../../lib/net/route-target.ts';
import type { OvsPort } from '../../../../lib/vpn/local-port.ts';

export const A = '02:00:00:00:00:0a';
export const B = '02:00:00:00:00:0b';

export const GRE: OvsIpvpnSettings = {
  bridge: 'br-mpls',
  localAddress: '10.77.0.1',
  mplsInterface: undefined,
  gre: { port: 'mpls_gre', options: ['packet_type=legacy_l3'] },
  vxlan: false,
  arpResponder: true,
  proxyArp: false,
  inputTable: 0,
  firstTable: 1,
  interfaceMtu: undefined,
  hashMethod: 'dp_hash',
  hashMethodParam: 0n,
  hashFields: [],
};

export const BARE: OvsIpvpnSettings = { ...GRE, gre: undefined, mplsInterface: 'to-phy' };

export const LOCAL_MAC = '02:00:00:00:00:01';

/** A port of the VRF that is plugged into an EVI. */
export const PAIR = 'ipvpn8-evpn3';

/** Ports that the bridge has. */
export const PORTS: ReadonlyMap<string, number> = new Map([
  ['mpls_gre', 1],
  ['vxlan', 2],
  ['to-phy', 3],
  ['tap1', 11],
  ['tap2', 12],
  ['tap3', 13],
  [PAIR, 14],
  ['patch', 20],
  ['router', 21],
]);

export const VIEW: SwitchView = {
  portNumber(name) {
    const number = PORTS.get(name);
    return number === undefined ? failure(`no port ${name}`) : success(number);
  },
  /** 10.77.0.9 is `02:00:00:00:77:09`; those with two digits at the end do not answer. */
  neighbourMac: (address) =>
    address.length === 9
      ? success(`02:00:00:00:77:0${address.slice(-1)}`)
      : failure(`${address} does not answer`),
  localMac: () => success(LOCAL_MAC),
};

export const vrf = (more: Partial<VrfState> = {}): VrfState => ({
  kind: 'vrf',
  instance: 7,
  externalId: `vpn-${more.instance ?? 7}`,
  label: 99,
  gatewayIp: '11.0.0.254',
  prefixLength: 24,
  fallback: undefined,
  importsOwn: true,
  ...more,
});

export const ovs = (more: Partial<OvsPort> = {}): OvsPort => ({
  plugged: true,
  portName: undefined,
  portNumber: undefined,
  vlan: undefined,
  toVmPortName: undefined,
  toVmPortNumber: undefined,
  ...more,
});

/** An address behind `tap1` where `port` says nothing else. */
export function endpoint(
  ip: string,
  more: Partial<VrfEndpointState> & { readonly tap?: string; readonly ovs?: OvsPort } = {},
): VrfEndpointState {
  const { tap = 'tap1', ovs: ovsPort, ...state } = more;
  return {
    kind: 'vrf-endpoint',
    instance: 7,
    port: { interface: tap, ovs: ovsPort, description: {} },
    mac: A,
    ip,
    prefixLength: 24,
    prefix: `${ip}/32`,
    label: 101,
    direction: 'both',
    hashOrder: 0,
    ...state,
  };
}

export const nextHop = (address: string, label: number, more: Partial<NextHop> = {}): NextHop => ({
  address,
  label,
  encapsulations: [],
  hashOrder: 0,
  ...more,
});

export const remote = (prefix: string, ...nextHops: readonly NextHop[]): RemotePrefixState => ({
  kind: 'remote-prefix',
  instance: 7,
  prefix,
  nextHops,
});

export const classifier = (
  name: string,
  components: TrafficClassifierState['components'],
  more: Partial<TrafficClassifierState> = {},
): TrafficClassifierState => ({
  kind: 'traffic-classifier',
  instance: 7,
  name,
  components,
  redirectTarget: routeTarget('64512:300'),
  redirectTo: 'vpn-8',
  ...more,
});

/** A program that was asked for these states; what it refuses is an error. */
export function program(settings: OvsIpvpnSettings, ...states: readonly IpvpnState[]): OvsIpvpn {
  const made = new OvsIpvpn(settings);
  ask(made, ...states);
  return made;
}

export function ask(made: OvsIpvpn, ...states: readonly IpvpnState[]): void {
  for (const state of states) {
    const { fault } = made.take(want(state));
    if (fault !== undefined) throw new Error(fault.reason);
  }
}

export function drop(made: OvsIpvpn, ...states: readonly IpvpnState[]): void {
  for (const state of states) made.take(unwant(state));
}

/** The rows of a unit without what is the same in all of them: `table=0,priority=1,ip actions=drop`. */
export function rows(made: OvsIpvpn, unit: string, view = VIEW): readonly string[] {
  const compiled = made.compile(unit, view);
  if (!compiled.ok) return [compiled.fault.reason];
  return compiled.value.map(({ put }) =>
    put.replace(/^(flow add|group add_or_mod) /, '').replace(/^cookie=\w+,/, ''),
  );
}

/** All rows, as the bridge takes them. */
export function allRows(made: OvsIpvpn, view = VIEW): readonly string[] {
  return [...made.units()].flatMap((unit) => {
    const compiled = made.compile(unit, view);
    return compiled.ok ? compiled.value.map(({ put }) => put) : [`${unit}: ${compiled.fault.reason}`];
  });
}
