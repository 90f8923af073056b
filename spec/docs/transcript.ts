import type { Block } from './markdown.ts';

/** What somebody types at a prompt, and what comes back. */
export interface Exchange {
  /** Where it is typed: `` on the first compute node, `node2` on the second one. */
  readonly place: string;
  readonly command: string;
  readonly output: readonly string[];
  /** The line of the document with the first line of the output. */
  readonly outputStart: number;
}

const PROMPT = /^(\w*)\$ (.*)$/;

/** The language of blocks that show a terminal: lines with a prompt are commands, the lines below what they print. */
export const CONSOLE = 'console';

export function readTranscript({ lines, start }: Block): readonly Exchange[] {
  const exchanges: { place: string; command: string; output: string[]; outputStart: number }[] = [];
  let continued = false;
  for (const [index, line] of lines.entries()) {
    const prompt = PROMPT.exec(line);
    const last = exchanges.at(-1);
    if (continued) {
      last!.command += `\n${line}`;
      last!.outputStart = start + index + 1;
    } else if (prompt !== null) {
      exchanges.push({
        place: prompt[1]!,
        command: prompt[2]!,
        output: [],
        outputStart: start + index + 1,
      });
    } else if (last === undefined) {
      throw new Error(`line ${start + index}: a command is expected, with "$ " in front`);
    } else {
      last.output.push(line);
    }
    continued = (prompt !== null || continued) && isOpen(exchanges.at(-1)!.command);
  }
  return exchanges;
}

/** Whether a command goes on with the next line: it says so, or stands within single quotes. */
function isOpen(command: string): boolean {
  return command.endsWith('\\') || command.split("'").length % 2 === 0;
}
