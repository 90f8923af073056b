/** What the driver is told once, at start. */
export interface LinuxIpvpnSettings {
  /**
   * The interface on which labelled packets leave and come in; `*gre*`: they go by GRE. Undefined: only VRFs of this node
   * reach each other.
   */
  readonly mplsInterface: string | undefined;
  /** IPv4 address of our end of the tunnels, and the next hop of our routes. */
  readonly localAddress: string;
  /** MTU of GRE devices; undefined: what the kernel makes of that of the underlay. */
  readonly interfaceMtu?: number | undefined;
}

const GRE_WISH = '*gre*';

/** How labelled packets get to other nodes. */
export type Underlay =
  | { readonly kind: 'none' }
  | { readonly kind: 'gre' }
  | { readonly kind: 'ethernet'; readonly interface: string };

export function underlayOf({ mplsInterface }: Pick<LinuxIpvpnSettings, 'mplsInterface'>): Underlay {
  if (mplsInterface === undefined) return { kind: 'none' };
  return mplsInterface.includes(GRE_WISH) ? { kind: 'gre' } : { kind: 'ethernet', interface: mplsInterface };
}
