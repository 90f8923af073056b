import type { Evi } from './evi.ts';
import { TUNNEL_PORT } from './layout.ts';

/** To whom an EVI floods. All VTEPs are behind one port: each is called a port here, and `local` the other EVIs of the node. */
export function floodingPorts(
  evi: Evi | undefined,
  localAddress: string,
): readonly { readonly port: string; readonly vni: number }[] {
  const targets = evi?.floodList.targets() ?? [];
  return targets.map(({ vtep, vni }) => ({ port: vtep === localAddress ? 'local' : vtep, vni }));
}

/** The port that leads to each VTEP behind which something is. */
export function tunnelsOf(evis: Iterable<Evi>, localAddress: string): Readonly<Record<string, string>> {
  const vteps = new Set<string>();
  for (const { macs, floodList } of evis) {
    for (const { vtep } of macs.values()) vteps.add(vtep);
    for (const { vtep } of floodList.targets()) vteps.add(vtep);
  }
  vteps.delete(localAddress);
  return Object.fromEntries([...vteps].sort().map((vtep) => [vtep, TUNNEL_PORT]));
}
