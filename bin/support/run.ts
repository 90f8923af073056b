import { execa } from 'execa';
import type { PlannedCommand } from '../../lib/cli/rest-attach/commands.ts';
import { failure, success, type Result } from '../../lib/result.ts';

/** Runs one process and gives its standard output, or says which command failed and how. */
export type Run = (words: readonly string[]) => Promise<Result<string, string>>;

/** `prefix` are the words that lend privilege. */
export function runner(prefix: readonly string[]): Run {
  return async (words) => {
    const [file, ...args] = [...prefix, ...words] as [string, ...string[]];
    const done = await execa(file, args, { reject: false, stdin: 'ignore' });
    if (!done.failed) return success(done.stdout);
    if (isMissing(words[0]!, done))
      return failure(`${words[0]!} is not installed${PACKAGES[words[0]!] ?? ''}`);
    // What the tool said is worth more than that it failed; without a word of it, say how it failed.
    return failure(`"${[file, ...args].join(' ')}" failed: ${done.stderr || done.shortMessage}`);
  };
}

const PACKAGES: Readonly<Record<string, string>> = { 'ovs-vsctl': ' (Open vSwitch)', ip: ' (iproute2)' };

/** Whether the command itself is missing, and not what lends privilege to it; that says it in words of its own. */
function isMissing(
  file: string,
  done: { readonly code?: string | undefined; readonly command: string; readonly stderr: string },
): boolean {
  if (done.code === 'ENOENT') return done.command.startsWith(`${file} `);
  return done.stderr.includes(`${file}: command not found`);
}

/** One after the other, up to the first that fails and must not. */
export async function runAll(run: Run, commands: readonly PlannedCommand[]): Promise<Result<void, string>> {
  for (const { words, mayFail } of commands) {
    const done = await run(words);
    if (!done.ok && mayFail !== true) return done;
  }
  return success(undefined);
}
