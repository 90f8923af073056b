import type { DataplaneFault } from '../intent.ts';
import { type Command, FLUSH_ORDER, type Phase, type Step, type Tool } from './command.ts';
import type { Row } from './row.ts';

/** One row that is to become another, and what became of it. */
export interface Change {
  readonly instance: number | undefined;
  /** Its place in the table of its EVI; undefined: a device that no EVI has. */
  readonly rowKey: string | undefined;
  readonly from: Row | undefined;
  readonly to: Row | undefined;
  /** The intent that is answered by it. */
  readonly owner: string | undefined;
  readonly steps: readonly Step[];
  /** Changes without which this one cannot succeed. */
  readonly needs: readonly Change[];
  outcome: Outcome;
}

export type Outcome =
  | { readonly state: 'open' }
  /** It failed, or (not tried) one that it needs did. */
  | { readonly state: 'failed'; readonly fault: DataplaneFault; readonly tried: boolean };

export interface ChangeCommand extends Command {
  readonly change: Change;
}

/** Commands for one run of one tool. */
export interface Stage {
  readonly tool: Tool;
  readonly commands: readonly ChangeCommand[];
}

/** Puts the commands of all changes into the flush order; neighbouring phases of one tool are one run. */
export function stagesOf(changes: readonly Change[]): readonly Stage[] {
  const phases = new Map<Phase, ChangeCommand[]>();
  for (const change of changes) {
    for (const step of change.steps) {
      const commands = phases.get(step.phase);
      const command = commandOf(change, step);
      if (commands === undefined) phases.set(step.phase, [command]);
      else commands.push(command);
    }
  }
  const stages: { tool: Tool; commands: ChangeCommand[] }[] = [];
  for (const entry of FLUSH_ORDER) {
    const { phase, tool } = entry;
    const commands = phases.get(phase);
    if (commands === undefined) continue;
    const last = stages.at(-1);
    if (last?.tool === tool && !('isApart' in entry)) last.commands = last.commands.concat(commands);
    else stages.push({ tool, commands });
  }
  return stages;
}

function commandOf(change: Change, step: Step): ChangeCommand {
  const tool = TOOLS.get(step.phase)!;
  return { tool, line: step.line, key: change.owner, tolerate: step.tolerate, phase: step.phase, change };
}

const TOOLS: ReadonlyMap<Phase, Tool> = new Map(FLUSH_ORDER.map(({ phase, tool }) => [phase, tool]));

/** Whether a change that this one needs has failed, or an earlier command of its own: it need not be tried. */
export function isBlocked(change: Change): boolean {
  return change.outcome.state === 'failed' || change.needs.some((need) => need.outcome.state === 'failed');
}

/** Records the first failure of a change. */
export function fail(change: Change, fault: DataplaneFault): void {
  if (change.outcome.state === 'open') change.outcome = { state: 'failed', fault, tried: true };
}

/**
 * Says of every change that failed because of another what that other one said: "bridge: no such device" for each entry of
 * a bridge that could not be made helps nobody. Changes come after those that they need.
 */
export function blameReferents(changes: readonly Change[]): void {
  for (const change of changes) {
    const culprit = change.needs.find((need) => need.outcome.state === 'failed');
    if (culprit?.outcome.state !== 'failed') continue;
    const tried = change.outcome.state === 'failed' && change.outcome.tried;
    change.outcome = { state: 'failed', fault: culprit.outcome.fault, tried };
  }
}
