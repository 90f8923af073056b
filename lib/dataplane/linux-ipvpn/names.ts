import { ipv4ToNumber } from '../../net/ip-address.ts';

/** What in the kernel is ours can be told from what is not, also after a crash: by these names and numbers. */

/** `proto` of our routes, label routes and policy rules, as the Python daemon has it. */
export const PROTOCOL = 19;

/** The metric of our routes: those that the kernel makes from addresses have 0, and stay beside ours. */
export const METRIC = 100;

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

/** What a gateway has where a VRF is plugged into an EVI; the same on all nodes, so that machines may move. */
export const GATEWAY_MAC = '00:00:5e:00:43:64';

/** The most labels that the kernel can be made to have; those that it has are below this number. */
export const MOST_LABELS = 0xf_ffff;

const FIRST_TABLE = 1000;
const VRF_PREFIX = 'bvrf-';
const GRE_PREFIX = 'bgre-';

/** Takes in packets of PEs to which nothing is sent, and which therefore have no device of their own. */
export const GRE_RECEIVER = `${GRE_PREFIX}any`;

/** `bvrf-7` */
export function vrfDevice(instance: number): string {
  return `${VRF_PREFIX}${instance}`;
}

export function tableOf(instance: number): number {
  return FIRST_TABLE + instance;
}

/** `bgre-0a4d0002` for 10.77.0.2: the tunnel to this PE. */
export function greDevice(pe: string): string {
  return GRE_PREFIX + ipv4ToNumber(pe).toString(16).padStart(8, '0');
}

export function isVrfDevice(name: string): boolean {
  return name.startsWith(VRF_PREFIX);
}

export function isOwnDevice(name: string): boolean {
  return isVrfDevice(name) || name.startsWith(GRE_PREFIX);
}
