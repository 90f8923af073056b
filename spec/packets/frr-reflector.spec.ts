import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { addMachine, attach, detach } from '../lab/machine.ts';
import { buildOverlay } from '../lab/overlay.ts';
import { allReach, answers } from '../lab/reachability.ts';
import { forwardingState } from '../lab/forwarding-state.ts';
import { cleanUp } from '../support/at-exit.ts';
import { eventually } from '../support/eventually.ts';
import { needsRoot } from '../support/needs.ts';

/** Three compute nodes around FRR, which sends each node its own routes back, and knows no RT Constraint. */
const packets = suite('FRR as reflector');

const GREEN = { id: 'green', number: 50 };

packets.after(cleanUp);

packets('machines reach each other until they are detached', async () => {
  const { nodes } = await buildOverlay({ reflector: 'frr', nodes: ['a', 'b', 'c'] });
  const machines = await Promise.all(
    nodes.map((node, index) => addMachine({ node, network: GREEN, host: index + 1 })),
  );
  for (const machine of machines) await attach(machine);
  await allReach(machines);
  const [first, second] = machines;
  for (const { node } of machines) {
    const { entries } = await forwardingState(node.namespace);
    assert.not(
      entries.some((line) => line.includes(`dst ${node.address}`)),
      'no node sends to itself',
    );
  }
  await detach(second!);
  await eventually('out of reach', async () => assert.not(await answers(first!, second!)), 15_000);
});

if (needsRoot('packets: FRR as reflector')) packets.run();
