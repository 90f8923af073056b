/** PMSI_TUNNEL (RFC 6514 §5). */
export interface PmsiTunnel {
  readonly flags: number;
  /** 6: ingress replication */
  readonly type: number;
  /** The raw 24-bit label field; the VNI with VXLAN (RFC 8365 §5.1.3). */
  readonly label: number;
  /** Address text for ingress replication, the latin1 string of the raw bytes for other types. */
  readonly endpoint: string;
}

export const INGRESS_REPLICATION = 6;
