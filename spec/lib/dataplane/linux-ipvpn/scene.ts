import { unwant, want, type IpvpnState } from '../../../../lib/dataplane/intent.ts';
import { LinuxIpvpn } from '../../../../lib/dataplane/linux-ipvpn/linux-ipvpn.ts';
import { metricOf } from '../../../../lib/dataplane/linux-ipvpn/names.ts';
import type { KernelLink, KernelRow, KernelView } from '../../../../lib/dataplane/linux-ipvpn/row.ts';
import type { LinuxIpvpnSettings } from '../../../../lib/dataplane/linux-ipvpn/settings.ts';
import { parseIpPrefix } from '../../../../lib/net/ip-prefix.ts';
import { failure, success } from '../../../../lib/result.ts';

export const ETHERNET: LinuxIpvpnSettings = { mplsInterface: 'underlay', localAddress: '10.77.0.1' };
export const GRE: LinuxIpvpnSettings = { mplsInterface: '*gre*', localAddress: '10.77.0.1' };
export const MPLS_IN_UDP: LinuxIpvpnSettings = { mplsInterface: '*udp*', localAddress: '10.77.0.1' };

/** A port of the VRF that is plugged into an EVI. */
export const PAIR = 'ipvpn7-evpn3';

const LINKS: Readonly<Record<string, KernelLink>> = {
  underlay: { index: 2, up: true, master: undefined },
  tap1: { index: 11, up: true, master: undefined },
  tap2: { index: 12, up: true, master: undefined },
  tap3: { index: 13, up: true, master: undefined },
  bridged: { index: 14, up: true, master: 'br-int' },
  [PAIR]: { index: 15, up: true, master: undefined },
};

/** What sysctls are before the driver comes; those that are not here are 0. */
const VALUES: Readonly<Record<string, string>> = {
  'net/ipv4/conf/tap1/rp_filter': '2',
  'net/ipv4/neigh/tap1/proxy_delay': '80',
};

/**
 * A node with these interfaces, of which some are otherwise; sysctls that begin with one of `without` are missing. Others
 * have something in the tables of `strangers`.
 */
export function nodeWith(
  more: Readonly<Record<string, Partial<KernelLink> | undefined>> = {},
  values: Readonly<Record<string, string>> = {},
  without: readonly string[] = [],
  strangers: Readonly<Record<number, string>> = {},
): KernelView {
  return {
    link(name) {
      const link = LINKS[name];
      const isMissing = link === undefined || (name in more && more[name] === undefined);
      return isMissing ? failure(`there is no interface ${name}`) : success({ ...link, ...more[name] });
    },
    sysctl: (key) =>
      without.some((start) => key.startsWith(start))
        ? failure('there is no such key')
        : success(values[key] ?? VALUES[key] ?? '0'),
    stranger: (table) => strangers[table],
  };
}

export const VIEW = nodeWith();

/** A program that was asked for these states; what it refuses is an error. */
export function program(settings: LinuxIpvpnSettings, ...states: readonly IpvpnState[]): LinuxIpvpn {
  const made = new LinuxIpvpn(settings);
  ask(made, ...states);
  return made;
}

export function ask(made: LinuxIpvpn, ...states: readonly IpvpnState[]): void {
  for (const state of states) {
    const { fault } = made.take(want(state));
    if (fault !== undefined) throw new Error(fault.reason);
  }
}

export function drop(made: LinuxIpvpn, ...states: readonly IpvpnState[]): void {
  for (const state of states) made.take(unwant(state));
}

/** The rows of a unit; an error if it cannot be compiled. */
export function rowsOf(made: LinuxIpvpn, unit: string, view = VIEW): readonly KernelRow[] {
  const compiled = made.compile(unit, view);
  if (!compiled.ok) throw new Error(`${unit}: ${compiled.fault.reason}`);
  return compiled.value;
}

/** What is put for a unit, or why it cannot be. */
export function puts(made: LinuxIpvpn, unit: string, view = VIEW): readonly string[] {
  const compiled = made.compile(unit, view);
  return compiled.ok ? compiled.value.flatMap(({ put }) => put) : [compiled.fault.reason];
}

/** What all rows of a route begin with. */
export function route(table: number, prefix: string): string {
  return `table ${table} ${prefix} metric ${metricOf(parseIpPrefix(prefix)!)} proto 19`;
}

/** All rows as text, or why a unit has none. */
export function allRows(made: LinuxIpvpn, view = VIEW): readonly string[] {
  return [...made.units()].flatMap((unit) => rowTexts(made, unit, view));
}

export function rowTexts(made: LinuxIpvpn, unit: string, view = VIEW): readonly string[] {
  const compiled = made.compile(unit, view);
  return compiled.ok
    ? compiled.value.map((row) => JSON.stringify(row))
    : [`${unit}: ${compiled.fault.reason}`];
}
