import { atExit } from '../support/at-exit.ts';
import { eventually } from '../support/eventually.ts';
import { assertEstablished } from '../support/looking-glass.ts';
import { Laboratory } from '../support/network-namespace.ts';
import { inNamespace, type Program } from '../support/programs.ts';
import { startFrr } from '../support/speakers/frr.ts';
import { type Gobgp, startGobgp } from '../support/speakers/gobgp.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { BGP_PORT, ComputeNode, type Dataplane, type Files } from './compute-node.ts';
import { buildUnderlay, REFLECTOR_ADDRESS } from './underlay.ts';

/** Compute nodes and their route reflector, all running. */
export interface Overlay {
  readonly laboratory: Laboratory;
  readonly reflector: Program;
  /** What can be asked and told of the reflector, if it is a gobgpd. */
  readonly gobgp: Gobgp | undefined;
  readonly nodes: readonly ComputeNode[];
}

export interface NodeOptions {
  readonly name: string;
  readonly dataplane: Dataplane;
}

export interface OverlayOptions {
  readonly reflector: 'gobgp' | 'frr';
  /** Their names; with a dataplane of its own where one is given. */
  readonly nodes: readonly (string | NodeOptions)[];
  /** That of the nodes which have none of their own. */
  readonly dataplane?: Dataplane;
  /** In seconds. */
  readonly holdTime?: number;
  readonly laboratory?: Laboratory;
  /** A temporary directory, and programs that end with us, unless given. */
  readonly files?: Files;
}

/** Builds it, and waits until each node has its BGP session. All of it goes with `cleanUp`. */
export async function buildOverlay(options: OverlayOptions): Promise<Overlay> {
  const laboratory = options.laboratory ?? new Laboratory();
  atExit(() => laboratory.destroyNow());
  const files = options.files ?? { directory: temporaryDirectory().path };
  const underlay = await buildUnderlay(laboratory);
  const reflectorOptions = {
    ...files,
    name: 'rr',
    place: inNamespace(underlay.reflector.name),
    address: REFLECTOR_ADDRESS,
    port: BGP_PORT,
    ...(options.holdTime !== undefined && { holdTime: options.holdTime }),
  };
  const gobgp = options.reflector === 'gobgp' ? await startGobgp(reflectorOptions) : undefined;
  const { program: reflector } = gobgp ?? (await startFrr(reflectorOptions));
  const nodes: ComputeNode[] = [];
  for (const node of options.nodes) {
    const { name, dataplane } =
      typeof node === 'string' ? { name: node, dataplane: options.dataplane } : node;
    nodes.push(await ComputeNode.add(name, underlay, files, dataplane));
  }
  await Promise.all(nodes.map((node) => node.start()));
  for (const node of nodes) {
    await eventually(
      `session of node ${node.name}`,
      () => assertEstablished(node.api, REFLECTOR_ADDRESS),
      20_000,
    );
  }
  return { laboratory, reflector, gobgp, nodes };
}
