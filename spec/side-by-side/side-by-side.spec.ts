import { suite } from 'uvu';
import { cleanUp } from '../support/at-exit.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { Contest } from './contest.ts';
import { generate } from './generate.ts';
import { PROOFS, Stage } from './proofs.ts';
import { playSequence } from './sequence.ts';

/**
 * Both daemons are told the same, at random, and must have the same to say for it. `SIDE_BY_SIDE_SEED` and
 * `SIDE_BY_SIDE_STEPS` choose another sequence, or a longer one.
 */
const sideBySide = suite('side by side');

const SEED = Number(process.env['SIDE_BY_SIDE_SEED'] ?? 20261122);
const STEPS = Number(process.env['SIDE_BY_SIDE_STEPS'] ?? 400);

let contest: Contest;

sideBySide.after(cleanUp);

sideBySide('both daemons start', async () => {
  contest = await Contest.start(temporaryDirectory().path);
});

sideBySide(`${STEPS} random steps, seed ${SEED}: the same routes on the wire`, async () => {
  const result = await playSequence(contest, SEED, generate(SEED, STEPS));
  console.log(result);
});

// After the sequence, for some leave the original in a state of its own.
PROOFS.forEach(({ difference, what, run }, index) => {
  sideBySide(`${difference}: ${what}: ours as listed, the original not`, () =>
    run(new Stage(contest, index)),
  );
});

sideBySide.run();
