import { Laboratory, type Namespace } from '../support/network-namespace.ts';

/**
 * The network between the compute nodes: a bridge in the namespace of the route reflector, 10.77.0.254, to which each
 * node is wired with its interface `underlay`, 10.77.0.1 and so on.
 *
 *     node a: underlay ── to-a ┐
 *     node b: underlay ── to-b ┼─ bridge `switch` (route reflector)
 *     node c: underlay ── to-c ┘
 */
export interface Underlay {
  readonly laboratory: Laboratory;
  readonly reflector: Namespace;
  readonly addNode: (name: string) => Promise<{ readonly namespace: Namespace; readonly address: string }>;
}

export const REFLECTOR_ADDRESS = '10.77.0.254';

/** That of an ordinary network, so that overlay packets must fit into it. */
export const UNDERLAY_MTU = 1500;

export async function buildUnderlay(laboratory: Laboratory): Promise<Underlay> {
  const reflector = await laboratory.namespace('rr');
  await reflector.script(`
    ip link add switch type bridge
    ip link set switch up
    ip addr add ${REFLECTOR_ADDRESS}/24 dev switch
  `);
  let nodes = 0;
  const addNode: Underlay['addNode'] = async (name) => {
    const namespace = await laboratory.namespace(name);
    const address = `10.77.0.${(nodes += 1)}`;
    await laboratory.link(namespace, 'underlay', reflector, `to-${name}`, UNDERLAY_MTU);
    await reflector.run(`ip link set to-${name} master switch`);
    await namespace.run(`ip addr add ${address}/24 dev underlay`);
    return { namespace, address };
  };
  return { laboratory, reflector, addNode };
}
