import { openSync, writeSync } from 'node:fs';
import { failure, success, type Result } from '../lib/result.ts';
import { formatLogLine, type LogRecord } from './log.ts';

export interface LogOutputOptions {
  /** Appended to; standard output if undefined. */
  readonly logFile: string | undefined;
  /** One JSON object a line instead of text. */
  readonly useJson: boolean;
}

type WriteRecord = (record: LogRecord) => void;

/** Where log records go; the fault says why they cannot go to the file. */
export function openLog({ logFile, useJson }: LogOutputOptions): Result<WriteRecord, string> {
  const format = useJson ? JSON.stringify : formatLogLine;
  if (logFile === undefined) {
    // Nobody reads any more (`bagpipe-bgp | head`): that is no reason to stop.
    process.stdout.on('error', () => undefined);
    return success((record) => void process.stdout.write(`${format(record)}\n`));
  }
  try {
    const file = openSync(logFile, 'a');
    return success((record) => appendLine(file, format(record)));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return failure(`cannot write the log ${logFile} ([DEFAULT] log_file, --log-file): ${reason}`);
  }
}

/** A disk that is full must not stop the daemon. */
function appendLine(file: number, line: string): void {
  try {
    writeSync(file, `${line}\n`);
  } catch (error) {
    process.stderr.write(`bagpipe-bgp: log: ${error instanceof Error ? error.message : String(error)}\n`);
  }
}
