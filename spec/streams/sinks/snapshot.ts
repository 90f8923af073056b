import type { Namespace } from '../../support/network-namespace.ts';

/** Links, FDB and permanent neighbours as text that can be compared; what the kernel counts or rolls is left out. */
export async function snapshot(node: Namespace): Promise<string> {
  const links = await node.run('ip -o link show');
  const fdb = await node.run('bridge fdb show');
  const neighbours = await node.run('ip neigh show nud permanent');
  const steady = links.replaceAll(/<\S*> |(qdisc|state) \S+ /g, '');
  return [steady, ...fdb.split('\n').filter((line) => !/ self permanent$/.test(line)), neighbours].join('\n');
}
