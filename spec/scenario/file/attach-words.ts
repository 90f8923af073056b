import { Command, CommanderError } from 'commander';
import { addRestAttachOptions } from '../../../bin/support/rest-attach-options.ts';
import type { RestAttachArguments } from '../../../lib/cli/rest-attach/arguments.ts';
import { plan, type RestAttachPlan } from '../../../lib/cli/rest-attach/plan.ts';
import { parseRouteTarget } from '../../../lib/net/route-target.ts';
import { failure, type Result, success } from '../../../lib/result.ts';

/** The value of an option in a file: a flag that is set, or one value or several. */
export type OptionValue = string | true | readonly string[];

/** What is wrong, and with which option, if it is one alone. */
export interface OptionFault {
  readonly option?: string;
  readonly message: string;
}

/** The scenario decides on these by itself. */
const NOT_IN_FILES = ['attach', 'detach', 'api-host', 'api-port', 'config-file'];

const OPTIONS = new Map(
  addRestAttachOptions(new Command())
    .options.map((option) => [option.long!.slice(2), option] as const)
    .filter(([name]) => !NOT_IN_FILES.includes(name)),
);

const ROUTE_TARGET_OPTIONS = [
  ...['rt', 'import-rt', 'export-rt', 'readv-from-rt', 'readv-to-rt', 'redirect-rts', 'attract-to-rt'],
];

/** The words of a command line of `bagpipe-rest-attach`; names of route targets are replaced by what they stand for. */
export function attachWords(
  options: Readonly<Record<string, OptionValue>>,
  routeTargets: ReadonlyMap<string, string>,
): Result<readonly string[], OptionFault> {
  const words: string[] = [];
  for (const [name, value] of Object.entries(options)) {
    const option = OPTIONS.get(name);
    if (option === undefined) {
      return failure({ option: name, message: 'unknown; expected an option of bagpipe-rest-attach' });
    }
    if (option.required !== (value !== true)) {
      const message = option.required ? 'expected a value' : 'expected true';
      return failure({ option: name, message });
    }
    if (value === true) {
      words.push(`--${name}`);
      continue;
    }
    const given = typeof value === 'string' ? [value] : value;
    if (given.length > 1 && !ROUTE_TARGET_OPTIONS.includes(name) && name !== 'static-destination-prefix') {
      return failure({ option: name, message: 'expected one value' });
    }
    for (const each of ROUTE_TARGET_OPTIONS.includes(name) ? given.flatMap(separate) : given) {
      const word = ROUTE_TARGET_OPTIONS.includes(name) ? (routeTargets.get(each) ?? each) : each;
      if (ROUTE_TARGET_OPTIONS.includes(name) && parseRouteTarget(word) === undefined) {
        const message = `expected a route target, or a name of route-targets, found ${each}`;
        return failure({ option: name, message });
      }
      words.push(`--${name}`, word);
    }
  }
  return success(words);
}

/** What the command will make of its words; the fault is what it would say. */
export function readWords(words: readonly string[]): Result<RestAttachPlan, OptionFault> {
  const command = addRestAttachOptions(new Command())
    .exitOverride()
    .configureOutput({ writeErr: () => undefined });
  try {
    command.parse(['--attach', ...words], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return failure({ message: error.message.replace(/^error: /, '') });
  }
  const planned = plan(command.opts<RestAttachArguments>());
  return planned.ok ? planned : failure({ message: planned.fault });
}

function separate(text: string): readonly string[] {
  return text.split(',').map((part) => part.trim());
}
