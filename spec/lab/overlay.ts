import { atExit } from '../support/at-exit.ts';
import { eventually } from '../support/eventually.ts';
import { assertEstablished } from '../support/looking-glass.ts';
import { Laboratory } from '../support/network-namespace.ts';
import { inNamespace, type Program } from '../support/programs.ts';
import { startFrr } from '../support/speakers/frr.ts';
import { startGobgp } from '../support/speakers/gobgp.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { BGP_PORT, ComputeNode, type Files } from './compute-node.ts';
import { buildUnderlay, REFLECTOR_ADDRESS } from './underlay.ts';

/** Compute nodes and their route reflector, all running. */
export interface Overlay {
  readonly laboratory: Laboratory;
  readonly reflector: Program;
  readonly nodes: readonly ComputeNode[];
}

export interface OverlayOptions {
  readonly reflector: 'gobgp' | 'frr';
  readonly nodes: readonly string[];
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
  const start = options.reflector === 'gobgp' ? startGobgp : startFrr;
  const { program: reflector } = await start({
    ...files,
    name: 'rr',
    place: inNamespace(underlay.reflector.name),
    address: REFLECTOR_ADDRESS,
    port: BGP_PORT,
    ...(options.holdTime !== undefined && { holdTime: options.holdTime }),
  });
  const nodes: ComputeNode[] = [];
  for (const name of options.nodes) nodes.push(await ComputeNode.add(name, underlay, files));
  await Promise.all(nodes.map((node) => node.start()));
  for (const node of nodes) {
    await eventually(
      `session of node ${node.name}`,
      () => assertEstablished(node.api, REFLECTOR_ADDRESS),
      20_000,
    );
  }
  return { laboratory, reflector, nodes };
}
