import type { EviState } from '../intent.ts';

/**
 * The names of our devices. The prefixes are the mark by which state of ours is recognised, also that of a former run
 * and of the Python daemon; they leave 8 of the 15 characters that a name may have.
 */
export const BRIDGE_PREFIX = 'evpn---';
export const VXLAN_PREFIX = 'vxlan--';

/** The bridge of an EVI: its own, unless the orchestrator named one. */
export function linuxBridgeName(evi: EviState): string {
  return evi.bridge ?? BRIDGE_PREFIX + suffix(evi.externalId);
}

/** The VXLAN device that we make for an EVI. */
export function vxlanName(evi: EviState): string {
  return VXLAN_PREFIX + suffix(evi.externalId);
}

/**
 * The MAC address of the bridge of an EVI. A bridge without a fixed address takes the lowest one of its ports, and each
 * time that changes the kernel forgets all neighbours of the bridge, permanent ones too.
 */
export function bridgeAddress(evi: EviState): string {
  const hash = fnv1a(evi.externalId).toString(16).padStart(16, '0');
  return ['0e', ...hash.slice(0, 10).match(/../g)!].join(':');
}

/**
 * Short ids are used as they are (at most 7 characters); of all others a hash of exactly 8, so that a short id never
 * looks like a hash, and ids with a common beginning differ.
 */
function suffix(externalId: string): string {
  if (/^[A-Za-z0-9_.-]{1,7}$/.test(externalId)) return externalId;
  return (fnv1a(externalId) % 36n ** 8n).toString(36).padStart(8, '0');
}

/** FNV-1a with 64 bits: stable between runs and machines, which is all that is asked of it. */
function fnv1a(text: string): bigint {
  let hash = 0xcbf29ce484222325n;
  for (const byte of Buffer.from(text)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  }
  return hash;
}
