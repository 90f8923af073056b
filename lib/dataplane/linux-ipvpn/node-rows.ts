import { success } from '../../result.ts';
import { GRE_RECEIVER, MOST_LABELS, PREFERENCE } from './names.ts';
import { EXISTS, GONE, type KernelRow, type KernelRows, type KernelView } from './row.ts';
import { ruleRow } from './rule-row.ts';
import { ownSettingRow, settingRow, settingRowIfAny } from './setting-row.ts';
import { underlayOf, type LinuxIpvpnSettings } from './settings.ts';
import { underlayInterface } from './underlay.ts';

/** Of a route without a value of its own. */
const GRE_TTL = 64;

/**
 * Packets from ports of VRFs never see the addresses of the node, which the kernel would look for first: their own table
 * comes before. The kernel makes a rule for VRF tables with the first VRF device that there ever is, and not again: we
 * have one of our own, and leave it the one that it made.
 */
export function isolationRows(): readonly KernelRow[] {
  return [
    ruleRow('guard', PREFERENCE.vrf, 'l3mdev', ''),
    ruleRow('guard', PREFERENCE.local, '', 'table local'),
    {
      key: 'rule 0',
      stage: 'isolation',
      put: ['rule del pref 0 table local'],
      remove: ['rule add pref 0 table local protocol kernel'],
      present: GONE.rule,
      tolerate: EXISTS,
    },
  ];
}

/** The kernel knows as many labels as there can be, and hashes flows by their ports where there are several ways. */
export function mplsRows(view: KernelView): KernelRows {
  const labels = settingRow('net/mpls/platform_labels', MOST_LABELS, view);
  if (!labels.ok) return labels;
  // Packets for another VRF of this node come in by the loopback interface.
  const loopback = settingRow('net/mpls/conf/lo/input', 1, view);
  if (!loopback.ok) return loopback;
  return success([
    labels.value,
    loopback.value,
    ...settingRowIfAny('net/ipv4/fib_multipath_hash_policy', 1, view),
  ]);
}

/** Labelled packets are taken in from other nodes. */
export function underlayRows(settings: LinuxIpvpnSettings, view: KernelView): KernelRows {
  const underlay = underlayOf(settings);
  if (underlay.kind === 'none') return success([]);
  if (underlay.kind === 'gre') return success(greRows(GRE_RECEIVER, undefined, settings));
  const ground = underlayInterface(underlay.interface, view);
  if (!ground.ok) return ground;
  const input = settingRow(inputOf(underlay.interface), 1, view, ground.value);
  return input.ok ? success([input.value]) : input;
}

/** A GRE device and what it needs; no `remote`: it takes in packets of those that have no device. */
export function greRows(
  name: string,
  remote: string | undefined,
  { localAddress, interfaceMtu }: LinuxIpvpnSettings,
): readonly KernelRow[] {
  const ends = remote === undefined ? `local ${localAddress}` : `local ${localAddress} remote ${remote}`;
  const mtu = interfaceMtu === undefined ? '' : ` mtu ${interfaceMtu}`;
  return [
    {
      key: `link ${name}`,
      stage: 'device',
      put: [`link add name ${name} type gre ${ends} ttl ${GRE_TTL}`, `link set dev ${name}${mtu} up`],
      remove: [`link del dev ${name}`],
      present: EXISTS,
      tolerate: GONE.link,
    },
    ownSettingRow(inputOf(name), 1),
    // No link-local address of the node in the tunnel.
    ownSettingRow(`net/ipv6/conf/${name}/disable_ipv6`, 1),
  ];
}

function inputOf(name: string): string {
  return `net/mpls/conf/${name}/input`;
}
