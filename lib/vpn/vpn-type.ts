export type VpnType = 'ipvpn' | 'evpn';

/** Which way packets may go between a port and its VRF, seen from the VRF. */
export type Direction = 'both' | 'to-port' | 'from-port';

export const DIRECTIONS: readonly Direction[] = ['both', 'to-port', 'from-port'];
