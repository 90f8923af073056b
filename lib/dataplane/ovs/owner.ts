/**
 * Whose flows and groups those are that a driver puts into a bridge, so that they can be told from those of others, also
 * after a crash: a flow by its cookie, a group by its number.
 */
export interface Owner {
  /** Value of the external id `bagpipe-bgp` of the ports that the driver adds. */
  readonly name: string;
  /** What its cookies begin with: 24 bits. */
  readonly tag: number;
  /** Its groups are this one and the `GROUPS` - 1 after it. */
  readonly firstGroup: number;
}

export const GROUPS = 0x0100_0000;

export const IPVPN_OWNER: Owner = { name: 'ipvpn', tag: 0xba61b1, firstGroup: 0xb100_0000 };
export const EVPN_OWNER: Owner = { name: 'evpn', tag: 0xba61b2, firstGroup: 0xb200_0000 };

/**
 * The cookie of a flow of an instance; 0 for those that all instances share.
 *
 *     | tag (24 bits) | a hash of `key` (12) | instance (28) |
 *
 * Open vSwitch has a list of the flows with the same cookie, and goes through it when one is removed: without the hash
 * the removal of 50 000 flows of one VRF would take half a minute.
 */
export function cookieOf({ tag }: Owner, instance: number, key: string): string {
  return `0x${hex(tag, 6)}${hex(hash(key), 3)}${hex(instance, 7)}`;
}

/** Matches every cookie of the owner. */
export function anyCookieOf({ tag }: Owner): string {
  return `0x${hex(tag, 6)}0000000000/0xffffff0000000000`;
}

/** Matches, in text, the cookies of an instance. */
export function cookiesOf({ tag }: Owner, instance: number): RegExp {
  return new RegExp(`\\bcookie=0x${hex(tag, 6)}...${hex(instance, 7)}\\b`);
}

/** A group to try things with: the last number, which no program gives out. */
export function trialGroupOf({ firstGroup }: Owner): number {
  return firstGroup + GROUPS - 1;
}

export function isGroupOf({ firstGroup }: Owner, group: number): boolean {
  return group >= firstGroup && group < firstGroup + GROUPS;
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}

/** 12 bits, after FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  return (value ^ (value >>> 12)) & 0xfff;
}
