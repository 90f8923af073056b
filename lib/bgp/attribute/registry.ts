import { AS_PATH } from './as-path.ts';
import { CLUSTER_LIST } from './cluster-list.ts';
import type { AttributeDescriptor } from './descriptor.ts';
import { EXTENDED_COMMUNITIES } from './extended-communities.ts';
import { LOCAL_PREF } from './local-pref.ts';
import { MED } from './med.ts';
import { NEXT_HOP } from './next-hop.ts';
import { ORIGIN } from './origin.ts';
import { ORIGINATOR_ID } from './originator-id.ts';
import { PMSI_TUNNEL } from './pmsi-tunnel.ts';

/** In the order in which UPDATEs carry them. */
export const ATTRIBUTES: readonly AttributeDescriptor[] = [
  ORIGIN,
  AS_PATH,
  NEXT_HOP,
  MED,
  LOCAL_PREF,
  ORIGINATOR_ID,
  CLUSTER_LIST,
  EXTENDED_COMMUNITIES,
  PMSI_TUNNEL,
];

const BY_CODE: ReadonlyMap<number, AttributeDescriptor> = new Map(
  ATTRIBUTES.map((descriptor) => [descriptor.code, descriptor] as const),
);

export function attributeByCode(code: number): AttributeDescriptor | undefined {
  return BY_CODE.get(code);
}

/** MP_REACH_NLRI and MP_UNREACH_NLRI (RFC 4760) are no attributes of a route: `mp-nlri.ts` reads and writes them. */
export const MP_REACH_NLRI = 14;
export const MP_UNREACH_NLRI = 15;
