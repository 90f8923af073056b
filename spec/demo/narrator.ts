/** What the demo says on the terminal: numbered steps, what they are for, commands and what these print. */
export interface Narrator {
  readonly step: (title: string) => void;
  readonly say: (...lines: readonly string[]) => void;
  readonly command: (place: string, words: readonly string[]) => void;
  readonly output: (text: string) => void;
}

export function narrator(write: (line: string) => void, colours: boolean): Narrator {
  const style = (code: number, text: string): string => (colours ? `\u001b[${code}m${text}\u001b[0m` : text);
  let steps = 0;
  return {
    step: (title) => write(`\n${style(BOLD, `${(steps += 1)}. ${title}`)}`),
    say: (...lines) => lines.forEach((line) => write(line === '' ? '' : `   ${line}`)),
    command: (place, words) => write(`   ${style(CYAN, `${place}# ${words.join(' ')}`)}`),
    output: (text) => {
      for (const line of text.trim().split('\n')) write(`     ${style(DIM, line)}`);
    },
  };
}

/** Codes of ANSI terminals. */
const BOLD = 1;
const DIM = 2;
const CYAN = 36;
