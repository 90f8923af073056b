/** What the driver is told once, at start. */
export interface OvsIpvpnSettings {
  /** It must exist. */
  readonly bridge: string;
  /** IPv4 address of our end of the tunnels, and the next hop of our routes. */
  readonly localAddress: string;
  /** With bare MPLS, the port of the bridge on which labelled packets leave and come in. */
  readonly mplsInterface: string | undefined;
  /** The tunnel port that is made for MPLS over GRE; undefined: bare MPLS. */
  readonly gre: GrePort | undefined;
  /** VXLAN is used towards those that offer it. */
  readonly vxlan: boolean;
  /** ARP requests for the address of the gateway are answered, */
  readonly arpResponder: boolean;
  /** and (only then) those for any other address. */
  readonly proxyArp: boolean;
  readonly inputTable: number;
  /** This table and the next one are ours. */
  readonly firstTable: number;
  /** MTU of the interfaces that are added to the bridge. */
  readonly interfaceMtu: number | undefined;
  readonly hashMethod: 'hash' | 'dp_hash';
  /** 64 bits. */
  readonly hashMethodParam: bigint;
  readonly hashFields: readonly string[];
}

export interface GrePort {
  readonly port: string;
  /** `key=value` */
  readonly options: readonly string[];
}

/** The values of the options of the driver, as the configuration has them. */
export interface OvsIpvpnOptions {
  readonly ovsBridge: string;
  readonly localAddress: string;
  readonly mplsInterface: string | undefined;
  readonly mplsOverGre: 'auto' | 'True' | 'False';
  readonly greTunnel: string;
  readonly greTunnelOptions: readonly string[];
  readonly vxlanEncap: boolean;
  readonly arpResponder: boolean;
  readonly proxyArp: boolean;
  readonly inputTable: number;
  readonly ovsTableIdStart: number;
  readonly ovsbrInterfacesMtu: number | undefined;
  readonly hashMethod: 'hash' | 'dp_hash';
  /** As text where a number would not be exact. */
  readonly hashMethodParam: number | string;
  readonly hashFields: readonly string[];
}

/** `mpls_interface` that asks for GRE. */
const GRE_WISH = '*gre*';

/**
 * The interface of bare MPLS; undefined: MPLS goes over GRE, as it does unless an interface is named and GRE is not insisted
 * on. (No interface and `mpls_over_gre=False` do not go together: the configuration refuses them.)
 */
export function bareInterface({
  mplsInterface,
  mplsOverGre,
}: Pick<OvsIpvpnOptions, 'mplsInterface' | 'mplsOverGre'>): string | undefined {
  return mplsInterface === GRE_WISH || mplsOverGre === 'True' ? undefined : mplsInterface;
}

export function settingsOf(options: OvsIpvpnOptions): OvsIpvpnSettings {
  const bare = bareInterface(options);
  return {
    bridge: options.ovsBridge,
    localAddress: options.localAddress,
    mplsInterface: bare,
    gre: bare === undefined ? { port: options.greTunnel, options: options.greTunnelOptions } : undefined,
    vxlan: options.vxlanEncap,
    arpResponder: options.arpResponder,
    proxyArp: options.proxyArp,
    inputTable: options.inputTable,
    firstTable: options.ovsTableIdStart,
    interfaceMtu: options.ovsbrInterfacesMtu,
    hashMethod: options.hashMethod,
    hashMethodParam: BigInt(options.hashMethodParam),
    hashFields: options.hashFields,
  };
}
