import type { TunnelKind } from './names.ts';

/** What the driver is told once, at start. */
export interface LinuxIpvpnSettings {
  /**
   * The interface on which labelled packets leave and come in; `*gre*`: they go by GRE, `*udp*`: by UDP. Undefined: only
   * VRFs of this node reach each other.
   */
  readonly mplsInterface: string | undefined;
  /** IPv4 address of our end of the tunnels, and the next hop of our routes. */
  readonly localAddress: string;
}

/** How labelled packets get to other nodes. */
export type Underlay =
  | { readonly kind: 'none' }
  | { readonly kind: 'tunnel'; readonly tunnel: TunnelKind }
  | { readonly kind: 'ethernet'; readonly interface: string };

const WISHES: readonly (readonly [wish: string, tunnel: TunnelKind])[] = [
  ['*gre*', 'gre'],
  ['*udp*', 'udp'],
];

export function underlayOf({ mplsInterface }: Pick<LinuxIpvpnSettings, 'mplsInterface'>): Underlay {
  if (mplsInterface === undefined) return { kind: 'none' };
  const tunnel = WISHES.find(([wish]) => mplsInterface.includes(wish))?.[1];
  return tunnel === undefined ? { kind: 'ethernet', interface: mplsInterface } : { kind: 'tunnel', tunnel };
}
