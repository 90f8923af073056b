/**
 * The names of the pair of interfaces that plugs an EVI into a VRF, after the numbers of the two instances:
 * `evpn1-ipvpn2` is a port of the EVI, `ipvpn2-evpn1` one of the VRF, as the Python daemon names them. Numbers that would
 * make more than the 15 characters of an interface name are written shorter: `ev-2s-ip-rs`.
 */
export interface PairNames {
  readonly evi: string;
  readonly vrf: string;
}

const LONGEST_NAME = 15;

export function pairNames(eviNumber: number, vrfNumber: number): PairNames {
  const names = joined(`evpn${eviNumber}`, `ipvpn${vrfNumber}`);
  if (names.evi.length <= LONGEST_NAME) return names;
  return joined(`ev-${eviNumber.toString(36)}`, `ip-${vrfNumber.toString(36)}`);
}

/** The name of the other end of a pair; undefined if `name` is not that of an end. */
export function otherEnd(name: string): string | undefined {
  const match = /^(evpn\d+|ev-[\da-z]+)-(ipvpn\d+|ip-[\da-z]+)$/.exec(name);
  if (match !== null) return `${match[2]!}-${match[1]!}`;
  const reverse = /^(ipvpn\d+|ip-[\da-z]+)-(evpn\d+|ev-[\da-z]+)$/.exec(name);
  return reverse === null ? undefined : `${reverse[2]!}-${reverse[1]!}`;
}

function joined(evi: string, vrf: string): PairNames {
  return { evi: `${evi}-${vrf}`, vrf: `${vrf}-${evi}` };
}
