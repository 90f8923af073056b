import { execa } from 'execa';

export interface RunResult {
  /** Undefined if the process could not be started, or was killed. */
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program (never a shell) with this text on its standard input; never rejects. */
export type Run = (words: readonly string[], input: string) => Promise<RunResult>;

export const runProcess: Run = processRunner(60_000);

/** A process that has not ended after `patience` milliseconds is killed, and not waited for. */
export function processRunner(patience: number): Run {
  return async ([file, ...words], input) => {
    const subprocess = execa(file!, words, { input, reject: false, maxBuffer: 1 << 30 });
    let timer: NodeJS.Timeout | undefined;
    const hanging = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), patience);
    });
    const result = await Promise.race([subprocess, hanging]);
    clearTimeout(timer);
    if (result !== undefined) return toResult(result);
    subprocess.kill('SIGKILL');
    // What a helper has started may live on, with the pipes in its hands.
    subprocess.stdout.destroy();
    subprocess.stderr.destroy();
    return { exitCode: undefined, stdout: '', stderr: `killed: no end after ${patience / 1000} s` };
  };
}

function toResult(result: {
  readonly exitCode?: number | undefined;
  readonly stdout?: unknown;
  readonly stderr?: unknown;
  readonly failed: boolean;
  readonly shortMessage?: string | undefined;
}): RunResult {
  // A program that could not be started leaves no output at all, in spite of what the types say.
  const [stdout, stderr] = [result.stdout as string | undefined, result.stderr as string | undefined];
  return {
    exitCode: result.exitCode,
    stdout: stdout ?? '',
    stderr: stderr === undefined || (stderr === '' && result.failed) ? (result.shortMessage ?? '') : stderr,
  };
}

/** Tools that take many lines in one run. `mpls` is `ip`, whose lines cannot say of which family they are. */
export type BatchTool = 'ip' | 'mpls' | 'bridge' | 'sysctl';

/** The words of a tool before those of one of its lines; so a person would call it. */
export const TOOL_WORDS: Readonly<Record<BatchTool, readonly string[]>> = {
  ip: ['ip'],
  mpls: ['ip', '-f', 'mpls'],
  bridge: ['bridge'],
  sysctl: ['sysctl', '-w'],
};

/**
 * A command that says something and changes nothing. `ip` ends a batch at some errors, in spite of `-force` and without a
 * word about the line; how often this one has answered tells how far it came. It costs as much as another command.
 */
const MARKER = 'link show dev lo';

/** At what is wrong with a route it goes on: of these there may be very many. */
const NEEDS_NO_MARKER = /^route /;

/** Runs without any progress after which it is not the lines that are wrong. */
const MOST_STANDSTILLS = 3;

/** Runs all lines in order, in as few processes as possible. Returns what the tool said of those that failed. */
export async function runBatch(
  run: Run,
  rootHelper: readonly string[],
  tool: BatchTool,
  lines: readonly string[],
): Promise<ReadonlyMap<number, string>> {
  const failures = new Map<number, string>();
  if (tool === 'sysctl') return await runSysctl(run, rootHelper, lines);
  const isMarked = tool === 'ip' && !lines.every((line) => NEEDS_NO_MARKER.test(line));
  const command = [...rootHelper, ...TOOL_WORDS[tool], ...(isMarked ? ['-oneline'] : [])];
  let start = 0;
  let standstills = 0;
  while (start < lines.length) {
    const rest = lines.slice(start);
    const marked = isMarked ? rest.flatMap((line) => [line, MARKER]) : rest;
    const result = await run([...command, '-force', '-batch', '-'], `${marked.join('\n')}\n`);
    const { byLine, last } = readErrors(result.stderr);
    const width = isMarked ? 2 : 1;
    for (const [number, text] of byLine) {
      if ((number - 1) % width === 0) failures.set(start + (number - 1) / width, text);
    }
    const isComplete = result.exitCode === 0 || last === '';
    const done = isMarked ? countLines(result.stdout) : isComplete ? rest.length : 0;
    if (done >= rest.length) break;
    standstills = done === 0 ? standstills + 1 : 0;
    const text = last === '' ? `${tool} ended with code ${result.exitCode ?? 'none'}` : last;
    const hopeless = !isMarked || result.exitCode === undefined || standstills === MOST_STANDSTILLS;
    const end = hopeless ? lines.length : start + done + 1;
    for (let index = start + done; index < end; index += 1) failures.set(index, text);
    start = end;
  }
  return failures;
}

/** Splits what a batch tool wrote: the text before each `Command failed -:LINE`, and what follows the last one. */
export function readErrors(stderr: string): {
  readonly byLine: ReadonlyMap<number, string>;
  readonly last: string;
} {
  const byLine = new Map<number, string>();
  let text: string[] = [];
  for (const line of stderr.split('\n')) {
    const match = /^Command failed .*:(\d+)$/.exec(line);
    if (match === null) {
      if (line.trim() !== '') text.push(line.trim());
    } else {
      byLine.set(Number(match[1]), text.join('; '));
      text = [];
    }
  }
  return { byLine, last: text.join('; ') };
}

function countLines(text: string): number {
  return text === '' ? 0 : text.trimEnd().split('\n').length;
}

/** One process for all, and if it complains, one for each. Keys that the kernel does not have are no error. */
async function runSysctl(
  run: Run,
  rootHelper: readonly string[],
  lines: readonly string[],
): Promise<ReadonlyMap<number, string>> {
  const failures = new Map<number, string>();
  const attempt = async (words: readonly string[]): Promise<RunResult> =>
    await run([...rootHelper, 'sysctl', '-q', '-e', '-w', ...words], '');
  const complaint = ({ stderr }: RunResult): string => stderr.trim() || 'sysctl failed';
  const together = await attempt(lines);
  if (together.exitCode === 0) return failures;
  for (const [index, line] of lines.entries()) {
    // What cannot be started, or hangs, is not asked again.
    const isLast = lines.length === 1 || together.exitCode === undefined;
    const result = isLast ? together : await attempt([line]);
    if (result.exitCode !== 0) failures.set(index, complaint(result));
  }
  return failures;
}
