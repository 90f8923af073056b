import { type EvpnState, type Intent, unwant, want } from '../../../../lib/dataplane/intent.ts';
import type { SwitchView } from '../../../../lib/dataplane/ovs/program.ts';
import { OvsEvpn } from '../../../../lib/dataplane/ovs-evpn/ovs-evpn.ts';
import { failure, success } from '../../../../lib/result.ts';

export const LOCAL = '10.77.0.1';
export const A = '02:00:00:00:00:0a';
export const B = '02:00:00:00:00:0b';

export const newProgram = (): OvsEvpn => new OvsEvpn({ bridge: 'br-tun', localAddress: LOCAL });

/** A bridge with these ports. */
export function viewOf(numbers: Readonly<Record<string, number>>): SwitchView {
  const unknown = (what: string) => failure(`nobody asks for ${what}`);
  return {
    portNumber: (name) => {
      const number = numbers[name];
      return number === undefined ? failure(`bridge br-tun has no port ${name}`) : success(number);
    },
    neighbourMac: unknown,
    localMac: () => unknown('our own'),
  };
}

export const VIEW = viewOf({ 'patch-int': 1, 'vxlan-bagpipe': 2 });

export const evi = (vni: number, instance = 1): EvpnState => ({
  kind: 'evi',
  instance,
  externalId: `n${instance}`,
  vni,
  bridge: undefined,
});

export const port = (name: string, vlan: number | undefined, instance = 1): EvpnState => ({
  kind: 'evpn-port',
  instance,
  port: { interface: name, vlan, description: {} },
});

export const remote = (mac: string, vtep: string, vni: number, instance = 1): EvpnState => ({
  kind: 'remote-mac',
  instance,
  mac,
  vtep,
  vni,
});

export const neighbour = (ip: string, mac: string, instance = 1): EvpnState => ({
  kind: 'neighbour',
  instance,
  ip,
  mac,
});

export const flood = (vtep: string, vni: number, instance = 1): EvpnState => ({
  kind: 'flood',
  instance,
  vtep,
  vni,
});

/** A local MAC, and the two ways to plug an EVI into a VRF. */
export const localMac = (mac: string, instance = 1): EvpnState => ({
  kind: 'local-mac',
  instance,
  port: { interface: 'tap1', description: {} },
  mac,
});
export const gateway = (name: string, instance = 1): EvpnState => ({
  kind: 'gateway-port',
  instance,
  interface: name,
  gatewayIp: '13.0.0.254',
});
export const pair = (instance = 1): EvpnState => ({
  kind: 'veth-pair',
  instance,
  interface: `evpn${instance}-ipvpn9`,
  peer: `ipvpn9-evpn${instance}`,
});

/** Has all that is asked for, and none of it refused. */
export function programWith(states: readonly EvpnState[]): OvsEvpn {
  const program = newProgram();
  for (const state of states) accept(program, want(state));
  return program;
}

/** Takes an intent; throws if it is refused. Returns the units. */
export function accept(program: OvsEvpn, intent: Intent): readonly string[] {
  const { units, fault } = program.take(intent);
  if (fault !== undefined) throw new Error(`${intent.key}: ${fault.reason}`);
  return units;
}

export const remove = (program: OvsEvpn, state: EvpnState): readonly string[] =>
  accept(program, unwant(state));

/** The lines by which a unit is put, cookies without the hash of the flow. */
export function linesOf(program: OvsEvpn, unit: string, view = VIEW): readonly string[] {
  const rows = program.compile(unit, view);
  if (!rows.ok) throw new Error(`${unit}: ${rows.fault.reason}`);
  return rows.value.map(({ put }) => put.replace(/cookie=(0x\w{6})\w{3}/, 'cookie=$1...'));
}

/** The lines of all units. */
export function allLines(program: OvsEvpn): readonly string[] {
  return [...program.units()].flatMap((unit) => linesOf(program, unit));
}
