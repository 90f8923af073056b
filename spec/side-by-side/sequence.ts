import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer } from '../support/api-client.ts';
import { differenceOf } from './compare.ts';
import type { Contest } from './contest.ts';
import { type DifferenceName, explain, History } from './differences.ts';
import type { GeneratedStep } from './generate.ts';
import { Identifiers } from './identifiers.ts';
import { apply, emptyModel, type Model, wantedTargets } from './model.ts';
import { Random } from './random.ts';
import { ORIGINAL, OURS, type Side } from './side.ts';
import { formatStep, type Step } from './step.ts';
import type { Fact } from './fact.ts';

/** Steps between two comparisons, at most. */
const LONGEST_BATCH = 8;
/** How long a difference may last that only the time of observation makes. */
const PATIENCE = 4_000;

/** Plays `steps` on both, and throws an error that says what, where and when if they come to differ. */
export async function playSequence(
  contest: Contest,
  seed: number,
  steps: readonly GeneratedStep[],
): Promise<string> {
  const judge = new Judge(contest);
  const random = new Random(seed);
  for (let at = 0; at < steps.length;) {
    const batch = steps.slice(at, at + 1 + random.below(LONGEST_BATCH));
    const told = batch.map(
      ({ operation, step }, index) => `  ${at + index + 1} ${operation}: ${formatStep(step)}`,
    );
    try {
      await judge.batch(batch.map(({ step }) => step));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`seed ${seed}, after steps\n${told.join('\n')}\n${reason}\n\n${contest.logs()}`, {
        cause: error,
      });
    }
    at += batch.length;
  }
  return `${steps.length} steps, ${judge.comparisons} comparisons of ${judge.facts} facts; ${judge.differences()}`;
}

class Judge {
  comparisons = 0;
  facts = 0;
  private readonly contest: Contest;
  private readonly model: Model = emptyModel();
  private readonly history = new History();
  private readonly used = new Map<DifferenceName, number>();
  private identifiers: Record<Side['name'], Identifiers> = {
    ours: Identifiers.none(),
    original: Identifiers.none(),
  };

  constructor(contest: Contest) {
    this.contest = contest;
  }

  async batch(steps: readonly Step[]): Promise<void> {
    for (const step of steps) {
      const asks = changesWhatIsAskedFor(this.model, step);
      if (asks || meetsRoutes(this.model, step) || endsImports(this.model, step)) await this.contest.settle();
      const answers = await this.contest.play(step);
      this.history.record(step);
      if (answers !== undefined) this.checkAnswers(step, answers);
      apply(this.model, step);
      if (asks) await this.contest.settle();
    }
    await this.contest.settle();
    const end = performance.now() + PATIENCE;
    let difference = await this.compare();
    while (difference.length > 0 && performance.now() < end) {
      await sleep(200);
      difference = await this.compare();
    }
    if (difference.length > 0) {
      throw new Error(`differ (- only ours, + only the original):\n${difference.join('\n')}`);
    }
    this.comparisons++;
  }

  differences(): string {
    const counts = [...this.used].map(([name, count]) => `${name} ${count} times`);
    return `listed differences seen: ${counts.join(', ') || 'none'}`;
  }

  private checkAnswers(step: Step, answers: ReadonlyMap<Side, Answer>): void {
    const refused = step.kind === 'attach' || step.kind === 'detach' ? step.refused : undefined;
    const expected = refused === undefined ? 2 : 4;
    for (const [side, { status, body }] of answers) {
      const wanted = side === ORIGINAL ? (refused?.original ?? expected) : expected;
      if (Math.floor(status / 100) === wanted) continue;
      throw new Error(
        `${side.name} answers ${status}, expected ${wanted}xx, to ${formatStep(step)}: ${body}`,
      );
    }
    if (refused?.difference !== undefined) this.count(refused.difference);
  }

  private async compare(): Promise<string[]> {
    const [ours, original] = await this.contest.observe();
    const missing = this.missing(ours);
    if (missing.length > 0) return missing;
    const explained = explain(ours, original, this.history);
    const left = this.identifiers[OURS.name].name(explained.ours);
    const right = this.identifiers[ORIGINAL.name].name(explained.original);
    const difference = differenceOf(left.facts, right.facts);
    if (difference.length > 0) return difference;
    this.identifiers = { ours: left.seen, original: right.seen };
    this.facts += ours.length;
    explained.used.forEach((name) => this.count(name));
    return [];
  }

  /** That both do the same is not enough if both do nothing. */
  private missing(facts: readonly Fact[]): string[] {
    const shown = new Set(facts.filter(({ kind }) => kind === 'endpoint').map(({ subject }) => subject));
    const expected = [...this.model.instances.values()].flatMap(({ id, endpoints }) =>
      endpoints.map(({ mac, ip, port }) => `${id} ${port} ${mac} ${ip ?? 'any address'}`),
    );
    const missing = expected
      .filter((subject) => !shown.has(subject))
      .map((subject) => `both lack ${subject}`);
    const left = [...shown].filter((subject) => !expected.includes(subject));
    return [...missing, ...left.map((subject) => `both still have ${subject}`)];
  }

  private count(name: DifferenceName): void {
    this.used.set(name, (this.used.get(name) ?? 0) + 1);
  }
}

/**
 * Whether the step is a call to a VRF that passes on routes. While it takes up an endpoint, the original may miss a
 * route that comes at the same time.
 */
function meetsRoutes({ instances }: Model, step: Step): boolean {
  if (step.kind !== 'attach' && step.kind !== 'detach') return false;
  const instance = instances.get(step.body['vpn_instance_id'] as string);
  return instance !== undefined && 'readvertise' in instance.permanent;
}

/**
 * Whether some instance ceases to import something. The original tells the instance that such routes are gone, and marks
 * what it has in common with those who are yet to announce them: an announcement that waits becomes a withdrawal.
 */
function endsImports(model: Model, step: Step): boolean {
  const after = structuredClone(model);
  apply(after, step);
  return [...model.instances.values()].some(({ id, importTargets }) => {
    const still = after.instances.get(id)?.importTargets ?? [];
    return importTargets.some((target) => !still.includes(target));
  });
}

/**
 * Whether somebody begins or ceases to ask for a route target. A route of the original that changes at the same time
 * may be announced for good, or be missing on the wire.
 */
function changesWhatIsAskedFor(model: Model, step: Step): boolean {
  const after = structuredClone(model);
  apply(after, step);
  return wantedTargets(after) !== wantedTargets(model);
}
