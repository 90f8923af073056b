import { createWriteStream } from 'node:fs';
import { formatLogLine, type LogRecord } from './log.ts';

export interface LogOutputOptions {
  /** Appended to; standard output if undefined. */
  readonly logFile: string | undefined;
  /** One JSON object a line instead of text. */
  readonly useJson: boolean;
}

/** Where log records go. Trouble with the file is told on standard error, and does not stop the program. */
export function logOutput({ logFile, useJson }: LogOutputOptions): (record: LogRecord) => void {
  const stream = logFile === undefined ? process.stdout : createWriteStream(logFile, { flags: 'a' });
  stream.on('error', (error: Error) => process.stderr.write(`log: ${error.message}\n`));
  const format = useJson ? JSON.stringify : formatLogLine;
  return (record) => void stream.write(`${format(record)}\n`);
}
