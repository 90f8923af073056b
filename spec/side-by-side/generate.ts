import { apply, emptyModel, type Model } from './model.ts';
import { ATTACH_OPERATIONS } from './operations/attach.ts';
import { CHAIN_OPERATIONS } from './operations/chain.ts';
import { DETACH_OPERATIONS } from './operations/detach.ts';
import type { Operation } from './operations/operation.ts';
import { REFUSE_OPERATIONS } from './operations/refuse.ts';
import { REMOTE_OPERATIONS } from './operations/remote.ts';
import { Random } from './random.ts';
import type { Step } from './step.ts';
import { REDIRECTED_TO_TARGETS } from './vocabulary.ts';

export const OPERATIONS: readonly Operation[] = [
  ...ATTACH_OPERATIONS,
  ...DETACH_OPERATIONS,
  ...REFUSE_OPERATIONS,
  ...REMOTE_OPERATIONS,
  ...CHAIN_OPERATIONS,
];

export interface GeneratedStep {
  readonly operation: string;
  readonly step: Step;
}

/** `count` steps, the same ones for the same seed; each makes sense after those before it. */
export function generate(seed: number, count: number): GeneratedStep[] {
  const random = new Random(seed);
  const model = emptyModel();
  const first = REDIRECTED_TO_TARGETS.map((target): GeneratedStep => ({
    operation: 'somebody always asks',
    step: { kind: 'ask', target },
  }));
  return Array.from({ length: count }, (_, index) => {
    const next = first[index] ?? nextStep(random, model);
    apply(model, next.step);
    return next;
  });
}

function nextStep(random: Random, model: Model): GeneratedStep {
  for (;;) {
    const operation = random.weighted(OPERATIONS);
    const step = operation.next(random, model);
    if (step !== undefined) return { operation: operation.name, step };
  }
}
