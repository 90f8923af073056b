import { asyncScheduler, firstValueFrom, type SchedulerLike, timer } from 'rxjs';
import {
  blameReferents,
  type Change,
  type ChangeCommand,
  fail,
  isBlocked,
  stagesOf,
} from '../../lib/dataplane/linux-evpn/change.ts';
import { isTolerated, saysTransient, type Tool } from '../../lib/dataplane/linux-evpn/command.ts';
import type { Log } from '../log.ts';
import { type Run, runBatch, TOOL_WORDS } from './run-batch.ts';

export interface FlushOptions {
  readonly run: Run;
  readonly rootHelper: readonly string[];
  readonly log: Log;
  readonly scheduler?: SchedulerLike | undefined;
}

/** Milliseconds before each further attempt at a command that failed for a reason that passes. */
const BACK_OFF = [50, 200, 800] as const;

/** Carries the changes out, in the flush order, and leaves in each what became of it. */
export async function flush(changes: readonly Change[], options: FlushOptions): Promise<void> {
  for (const stage of stagesOf(changes)) {
    let commands = stage.commands.filter(({ change }) => !isBlocked(change));
    for (const delay of [...BACK_OFF, undefined]) {
      commands = await runCommands(stage.tool, commands, options, delay !== undefined);
      if (commands.length === 0 || delay === undefined) break;
      await firstValueFrom(timer(delay, options.scheduler ?? asyncScheduler));
    }
  }
  blameReferents(changes);
}

/** Runs commands of one tool. Returns those that are worth another attempt. */
async function runCommands(
  tool: Tool,
  commands: readonly ChangeCommand[],
  { run, rootHelper, log }: FlushOptions,
  mayRetry: boolean,
): Promise<ChangeCommand[]> {
  if (commands.length === 0) return [];
  const failures = await runBatch(
    run,
    rootHelper,
    tool,
    commands.map(({ line }) => line),
  );
  const again: ChangeCommand[] = [];
  for (const [index, reason] of failures) {
    const command = commands[index]!;
    if (isTolerated(reason, command.tolerate)) {
      log.debug(`${tool} ${command.line}: ${reason} (as good as done)`);
    } else if (mayRetry && saysTransient(reason, command.phase)) {
      again.push(command);
    } else {
      fail(command.change, { command: [...rootHelper, ...TOOL_WORDS[tool], command.line].join(' '), reason });
    }
  }
  return again;
}
