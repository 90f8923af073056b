/** What a run says on the terminal: a line for each step, with what has come of it and how long it took. */
export interface Teller {
  readonly title: (text: string) => void;
  readonly say: (text: string) => void;
  /** Runs a step; its line has the text that it resolves to, or the reason for which it has failed below it. */
  readonly step: (what: string, work: () => Promise<string>) => Promise<boolean>;
  /** What only those want to read who want to know it exactly. */
  readonly detail: (text: string) => void;
  readonly end: (text: string, good: boolean) => void;
}

export interface TellerOptions {
  readonly write: (text: string) => void;
  /** A terminal: colours, and the step that runs is shown. */
  readonly terminal: boolean;
  readonly verbose: boolean;
  readonly columns?: number;
}

export function teller({ write, terminal, verbose, columns = 100 }: TellerOptions): Teller {
  const style = (code: number, text: string): string => (terminal ? `\u001b[${code}m${text}\u001b[0m` : text);
  const line = (text: string): void => write(`${text}\n`);
  const wipe = (): void => {
    if (terminal) write('\r\u001b[K');
  };
  const indented = (text: string, code?: number): void => {
    for (const each of text.trimEnd().split('\n'))
      line(`    ${code === undefined ? each : style(code, each)}`);
  };
  const finished = (mark: string, text: string, started: number): void => {
    wipe();
    const seconds = `${((performance.now() - started) / 1000).toFixed(1)} s`;
    const space = Math.max(1, columns - 4 - text.length - seconds.length);
    line(`  ${mark} ${text}${' '.repeat(space)}${style(DIM, seconds)}`);
  };
  return {
    title: (text) => line(style(BOLD, text)),
    say: (text) => {
      line('');
      for (const each of text.trimEnd().split('\n')) line(`  ${each}`);
    },
    step: async (what, work) => {
      const started = performance.now();
      if (terminal) write(`  … ${what}`);
      try {
        const result = await work();
        finished(style(GREEN, '✓'), result === '' ? what : `${what}: ${result}`, started);
        return true;
      } catch (error) {
        finished(style(RED, '✘'), what, started);
        indented(error instanceof Error ? error.message : String(error), RED);
        return false;
      }
    },
    detail: (text) => {
      if (!verbose) return;
      wipe();
      indented(text, DIM);
    },
    end: (text, good) => line(`\n${style(good ? GREEN : RED, text)}`),
  };
}

/** Codes of ANSI terminals. */
const BOLD = 1;
const DIM = 2;
const RED = 31;
const GREEN = 32;
