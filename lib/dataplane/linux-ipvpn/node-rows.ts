import { success } from '../../result.ts';
import { MOST_LABELS, PREFERENCE, receiverDevice, tunnelDevice, type TunnelKind } from './names.ts';
import { EXISTS, GONE, type KernelRow, type KernelRows, type KernelView } from './row.ts';
import { ruleRow } from './rule-row.ts';
import { ownSettingRow, type Setting, settingRows } from './setting-row.ts';
import { type LinuxIpvpnSettings, type Underlay, underlayOf } from './settings.ts';
import { type TunnelEnds, tunnelLine, TUNNELS } from './tunnel.ts';
import { underlayInterface } from './underlay.ts';

/** Keys of rows that depend on what the kernel has of others at that moment. */
export const FIRST_RULE = 'rule 0';
export const PLATFORM_LABELS = 'net/mpls/platform_labels';

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
      key: FIRST_RULE,
      stage: 'isolation',
      put: ['rule del pref 0 table local'],
      remove: ['rule add pref 0 table local protocol kernel'],
      present: GONE.rule,
      tolerate: EXISTS,
    },
  ];
}

/**
 * The kernel knows as many labels as there can be, takes in packets for another VRF of this node, which come by the
 * loopback interface, and hashes flows by their ports where there are several ways.
 */
const MPLS_SETTINGS: readonly Setting[] = [
  { key: PLATFORM_LABELS, value: MOST_LABELS },
  { key: inputOf('lo'), value: 1 },
  { key: 'net/ipv4/fib_multipath_hash_policy', value: 1, isOptional: true },
];

export function mplsRows(view: KernelView): KernelRows {
  const labels = view.sysctl(PLATFORM_LABELS);
  const hasEnough = labels.ok && Number(labels.value) >= MOST_LABELS;
  return settingRows(
    hasEnough ? MPLS_SETTINGS.filter(({ key }) => key !== PLATFORM_LABELS) : MPLS_SETTINGS,
    view,
  );
}

/** Labelled packets are taken in from other nodes. */
export function underlayRows(settings: LinuxIpvpnSettings, view: KernelView): KernelRows {
  const underlay = underlayOf(settings);
  switch (underlay.kind) {
    case 'none':
      return success([]);
    case 'tunnel': {
      const { tunnel } = underlay;
      return success([
        ...tunnelRows(tunnel, receiverDevice(tunnel), undefined, settings),
        ...TUNNELS[tunnel].rows,
      ]);
    }
    case 'ethernet': {
      const ground = underlayInterface(underlay.interface, view);
      return ground.ok ? settingRows(underlaySettings(underlay), view, ground.value) : ground;
    }
  }
}

/** Those that `mplsRows` and `underlayRows` ask for. */
export function nodeSysctls(settings: LinuxIpvpnSettings): readonly string[] {
  return [...MPLS_SETTINGS, ...underlaySettings(underlayOf(settings))].map(({ key }) => key);
}

/** Of what is not ours. */
function underlaySettings(underlay: Underlay): readonly Setting[] {
  return underlay.kind === 'ethernet' ? [{ key: inputOf(underlay.interface), value: 1 }] : [];
}

/** The tunnel that is in this unit, and its type in the words of `ip link show`; undefined if there is none in it. */
export function tunnelIn(
  unit: string,
  settings: LinuxIpvpnSettings,
): (TunnelEnds & { readonly type: string }) | undefined {
  const underlay = underlayOf(settings);
  if (underlay.kind !== 'tunnel') return undefined;
  const { tunnel: kind } = underlay;
  const pe = /^pe\/(.*)$/.exec(unit)?.[1];
  if (pe === undefined && unit !== 'underlay') return undefined;
  return {
    name: pe === undefined ? receiverDevice(kind) : tunnelDevice(kind, pe),
    local: settings.localAddress,
    remote: pe ?? 'any',
    type: TUNNELS[kind].type.split(' ', 1)[0]!,
  };
}

/** A PE has a device of its own while packets are sent to it. */
export function peRows(pe: string, settings: LinuxIpvpnSettings): readonly KernelRow[] {
  const underlay = underlayOf(settings);
  if (underlay.kind !== 'tunnel') return [];
  return tunnelRows(underlay.tunnel, tunnelDevice(underlay.tunnel, pe), pe, settings);
}

/** A device and what it needs. */
function tunnelRows(
  kind: TunnelKind,
  name: string,
  remote: string | undefined,
  { localAddress }: LinuxIpvpnSettings,
): readonly KernelRow[] {
  return [
    {
      key: `link ${name}`,
      stage: 'device',
      put: [tunnelLine(kind, name, localAddress, remote), `link set dev ${name} up`],
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
