import { ipv4ToNumber } from '../../net/ip-address.ts';
import type { IpPrefix } from '../../net/ip-prefix.ts';

/** What in the kernel is ours can be told from what is not, also after a crash: by these names and numbers. */

/** `proto` of our routes, label routes, policy rules and neighbours, as the Python daemon has it. */
export const PROTOCOL = 19;

/** Our routes have metrics from this one: those that the kernel makes from addresses have 0, and stay beside ours. */
const FIRST_METRIC = 100;
const METRIC_BITS = 10;

/** The highest one that the kernel's documentation of VRF devices leaves for "there is no route". */
export const UNREACHABLE_METRIC = 4_278_198_272;

/** Preferences of policy rules; the lowest is looked at first. */
export const PREFERENCE = {
  /** Packets from a port that may not send. */
  mute: 98,
  /** The gateway is looked up before traffic classifiers. */
  gateway: 99,
  firstClassifier: 100,
  lastClassifier: 999,
  /** Whoever is enslaved to a VRF device is looked up in its table: the kernel has its own such rule here, too. */
  vrf: 1000,
  /** Addresses of the node, which the kernel looks at first (0) unless this rule takes the place of that one. */
  local: 32_765,
} as const;

/**
 * The metric of our route to a prefix. It means nothing, but the kernel keeps ways that differ in their labels only in one
 * list if their metrics are the same, and goes through it for each route: 10 000 routes would take several seconds.
 */
export function metricOf({ address, length }: IpPrefix): number {
  const spread = Math.imul(ipv4ToNumber(address) + length, 0x9e37_79b1);
  return FIRST_METRIC + (spread >>> (32 - METRIC_BITS));
}

/** What a gateway has where a VRF is plugged into an EVI; the same on all nodes, so that machines may move. */
export const GATEWAY_MAC = '00:00:5e:00:43:64';

/** The most labels that the kernel can be made to have; those that it has are below this number. */
export const MOST_LABELS = 0xf_ffff;

/** A label that is never in a packet (RFC 3032 §2.1). */
export const IMPLICIT_NULL = 3;

const FIRST_TABLE = 1000;
const VRF_PREFIX = 'bvrf-';

/** What carries labelled packets over IP. */
export const TUNNEL_KINDS = ['gre', 'udp'] as const;
export type TunnelKind = (typeof TUNNEL_KINDS)[number];

const TUNNEL_PREFIX: Readonly<Record<TunnelKind, string>> = { gre: 'bgre-', udp: 'budp-' };

/** What proves at start that the kernel has such devices; VRFs and PEs have other names. */
const PROBE = 'probe';
export const VRF_PROBE = `${VRF_PREFIX}${PROBE}`;

/** Below those of VRFs, and none that the kernel knows. */
export const PROBE_TABLE = FIRST_TABLE - 1;

/** `bvrf-7` */
export function vrfDevice(instance: number): string {
  return `${VRF_PREFIX}${instance}`;
}

export function tableOf(instance: number): number {
  return FIRST_TABLE + instance;
}

/** `bgre-0a4d0002` for 10.77.0.2: the tunnel to this PE. */
export function tunnelDevice(kind: TunnelKind, pe: string): string {
  return TUNNEL_PREFIX[kind] + ipv4ToNumber(pe).toString(16).padStart(8, '0');
}

/** Takes in packets of PEs to which nothing is sent, and which therefore have no device of their own. */
export function receiverDevice(kind: TunnelKind): string {
  return `${TUNNEL_PREFIX[kind]}any`;
}

export function tunnelProbe(kind: TunnelKind): string {
  return TUNNEL_PREFIX[kind] + PROBE;
}

export function isVrfDevice(name: string): boolean {
  return name.startsWith(VRF_PREFIX);
}

export function isTunnelDevice(kind: TunnelKind, name: string): boolean {
  return name.startsWith(TUNNEL_PREFIX[kind]);
}

export function isOwnDevice(name: string): boolean {
  return isVrfDevice(name) || TUNNEL_KINDS.some((kind) => isTunnelDevice(kind, name));
}
