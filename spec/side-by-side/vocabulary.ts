import type { InstanceModel } from './model.ts';

/**
 * What a sequence speaks of. There is little of everything, so that things meet: a route target is exported by one
 * instance and imported by another, a MAC is in several instances, a route comes back after it was withdrawn.
 */

/**
 * VRFs and EVIs have route targets of their own: with a common one the original withdraws its RT Constraint route too
 * early, and asks for nothing more from then on.
 */
export const VRF_TARGETS = numbered(6, (n) => `64512:${100 + n}`);
export const EVI_TARGETS = numbered(5, (n) => `64512:${200 + n}`);
/**
 * `readvertise` takes routes from these. VRFs that do so import none of them: the original counts an RT twice that is
 * both.
 */
export const FROM_TARGETS = VRF_TARGETS.slice(0, 3);
/** Those of FlowSpec routes from elsewhere. The original is stuck after it has passed on a FlowSpec route. */
export const FLOW_TARGETS = VRF_TARGETS.slice(3);
/** `readvertise` passes routes on with these, and nothing is passed on twice. */
export const CHAIN_TARGETS = numbered(3, (n) => `64512:${110 + n}`);
/** Who imports one of these has its traffic redirected. */
export const REDIRECT_TARGETS = numbered(2, (n) => `64512:${120 + n}`);
/**
 * Redirections lead to who imports one of these. Somebody elsewhere always does, so that it makes no difference on the
 * wire that the original never ends an instance which redirections lead to.
 */
export const REDIRECTED_TO_TARGETS = numbered(2, (n) => `64512:${130 + n}`);

/** Nobody here imports or exports it. */
export const FOREIGN_TARGET = '64512:300';

export const VRF_IDS = numbered(5, (n) => `vrf-${n}`);
/** An identifier is any text. */
export const EVI_IDS = [...numbered(3, (n) => `evi-${n}`), 'evi with blanks, and more'];

export const VNIS = numbered(6, (n) => 5000 + n);
/** Labels that a daemon gives out start at 16, and in a run they do not come near the VNIs. */
export const SMALLEST_VNI = 5000;

export const MACS = numbered(9, (n) => `52:54:00:00:00:0${n}`);

export function exportableOf(vpnType: 'ipvpn' | 'evpn'): readonly string[] {
  return vpnType === 'ipvpn' ? VRF_TARGETS : EVI_TARGETS;
}

/**
 * What passes on routes itself does not import routes that were passed on: the original would go on passing on a route
 * when the one to the same prefix that was passed on is the better one.
 */
export function importableOf({
  vpnType,
  permanent,
}: Pick<InstanceModel, 'vpnType' | 'permanent'>): readonly string[] {
  if (vpnType === 'evpn') return EVI_TARGETS;
  const readvertise = permanent['readvertise'] as { readonly from_rt: readonly string[] } | undefined;
  if (readvertise === undefined) return [...VRF_TARGETS, ...CHAIN_TARGETS, ...REDIRECT_TARGETS];
  return [...VRF_TARGETS, ...REDIRECT_TARGETS].filter((target) => !readvertise.from_rt.includes(target));
}

/**
 * Addresses of single machines. Each is always written the same way: for the original `10.1.1.1` and `10.1.1.1/32`
 * are two endpoints.
 */
export function addressesOf({ id, vpnType }: Pick<InstanceModel, 'id' | 'vpnType'>): readonly string[] {
  const network = networkOf(id);
  const ipv4 = numbered(9, (n) => `10.${network}.0.${n}${['', '/24', '/32'][n % 3]!}`);
  return vpnType === 'ipvpn' ? ipv4 : [...ipv4, ...numbered(3, (n) => `2001:db8:${network}::${n}`)];
}

/** Addresses behind which a machine has a subnet; several machines may have the same. */
export function subnetsOf({ id }: Pick<InstanceModel, 'id'>): readonly string[] {
  return numbered(3, (n) => `10.${networkOf(id)}.${n}.1/${23 + n}`);
}

/** No attach has it, ever: the original takes a refused detach for a reason to refuse later attaches. */
export function unusedAddressOf({ id }: Pick<InstanceModel, 'id'>): string {
  return `10.${networkOf(id)}.255.255`;
}

export function portsOf({ id }: Pick<InstanceModel, 'id'>): readonly string[] {
  return numbered(4, (n) => `tap${networkOf(id)}-${n}`);
}

function networkOf(id: string): number {
  const index = [...VRF_IDS, ...EVI_IDS].indexOf(id);
  if (index < 0) throw new Error(`no network has the name ${id}`);
  return index + 1;
}

function numbered<T>(count: number, make: (number: number) => T): readonly T[] {
  return Array.from({ length: count }, (_, index) => make(index + 1));
}
