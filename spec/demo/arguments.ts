import { parseArgs } from 'node:util';
import { failure, type Result, success } from '../../lib/result.ts';
import { examples } from '../scenario/examples.ts';
import type { Story } from './story.ts';
import { STORIES } from './stories/registry.ts';

/** What is asked of the demo. */
export interface Arguments {
  readonly story: Story;
  /** At most one of these is true. */
  readonly action: 'tell' | 'keep' | 'remove' | 'help';
}

const [first] = STORIES;

const EXAMPLES = examples();
const NAME_WIDTH = Math.max(...EXAMPLES.map(({ name }) => name.length)) + 2;

export const USAGE = `Usage: npm run demo [-- [${STORIES.map(wordsOf).join(' | ')}] [--keep | --remove]]
       npm run demo -- EXAMPLE [option...]

Two compute nodes in one VPN, from nothing to a ping, told step by step. Needs root.

${STORIES.map((story) => `  ${wordsOf(story).padEnd(14)}${story.summary}`).join('\n')}
  --keep        leave it running, and say how to enter
  --remove      remove what was kept
  --help        print this help and exit

Without any of the first, it is ${wordsOf(first)}.

Or one of the scenarios of docs/examples, with the options of "npm run scenario", of which --help tells:

${EXAMPLES.map(({ name, title }) => `  ${name.padEnd(NAME_WIDTH)}${title}`).join('\n')}`;

/** Whether these words are for the runner of scenarios. */
export function isExample([first]: readonly string[]): boolean {
  return EXAMPLES.some(({ name }) => name === first);
}

/** The failure says what is wrong with the command line, and what would be right. */
export function readArguments(words: readonly string[]): Result<Arguments, string> {
  let values: Readonly<Record<string, string | boolean | undefined>>;
  try {
    ({ values } = parseArgs({ args: [...words], options: OPTIONS }));
  } catch (error) {
    return failure((error as Error).message);
  }
  if (values['keep'] === true && values['remove'] === true) {
    return failure('--keep and --remove exclude each other');
  }
  const named = VPN_TYPES.filter((vpnType) => values[vpnType] !== undefined);
  if (named.length > 1)
    return failure(`${named.map((name) => `--${name}`).join(' and ')} exclude each other`);
  const [vpnType] = named;
  const story =
    vpnType === undefined
      ? first
      : STORIES.find((each) => each.vpnType === vpnType && each.driver === values[vpnType]);
  if (story === undefined) {
    const possible = STORIES.filter((each) => each.vpnType === vpnType).map(({ driver }) => driver);
    return failure(`--${vpnType!} ${String(values[vpnType!])}: expected ${possible.join(' or ')}`);
  }
  const action = (['help', 'keep', 'remove'] as const).find((name) => values[name] === true);
  return success({ story, action: action ?? 'tell' });
}

const VPN_TYPES = [...new Set(STORIES.map(({ vpnType }) => vpnType))];

const OPTIONS = {
  ...Object.fromEntries(VPN_TYPES.map((vpnType) => [vpnType, { type: 'string' } as const])),
  keep: { type: 'boolean' },
  remove: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

function wordsOf({ vpnType, driver }: Story): string {
  return `--${vpnType} ${driver}`;
}
