import { fstatSync, openSync, writeSync } from 'node:fs';
import { SEVERITY, type LogLevel } from '../lib/log-level.ts';
import { failure, success, type Result } from '../lib/result.ts';
import { formatLogJson, formatLogLine, type LogRecord } from './log.ts';

export interface LogOutputOptions {
  /** Appended to; standard output if undefined. */
  readonly logFile: string | undefined;
  /** One JSON object a line instead of text. */
  readonly useJson: boolean;
  /** The option that asks for the log of the system, beside the file if there is one. */
  readonly systemLog: string | undefined;
}

export interface LogOutput {
  readonly write: (record: LogRecord) => void;
  /** What cannot be as it was asked for, as sentences for the log. */
  readonly warnings: readonly string[];
}

/** sd-daemon(3): the severities of syslog, which the journal takes off the line. */
const PRIORITY: Readonly<Record<LogLevel, string>> = {
  DEBUG: '<7>',
  INFO: '<6>',
  WARNING: '<4>',
  ERROR: '<3>',
};

/** Where log records go; the fault says why they cannot go to the file. */
export function openLog(
  { logFile, useJson, systemLog }: LogOutputOptions,
  toJournal = leadsToJournal(process.env['JOURNAL_STREAM']),
): Result<LogOutput, string> {
  const format = useJson ? formatLogJson : formatLogLine;
  const warnings =
    systemLog === undefined || toJournal
      ? []
      : [
          `[DEFAULT] ${systemLog}: standard output does not lead to the journal, as it does in a systemd unit: the log goes to ${logFile ?? 'standard output'}`,
        ];
  const writers: LogOutput['write'][] = [];
  if (logFile === undefined || (systemLog !== undefined && toJournal)) {
    // Nobody reads any more (`bagpipe-bgp | head`): that is no reason to stop.
    process.stdout.on('error', () => undefined);
    const writeLine = togetherEachTurn((text) => process.stdout.write(text));
    writers.push((record) => {
      const priority = toJournal ? PRIORITY[record.level] : '';
      writeLine(`${priority}${format(record)}`, record.level);
    });
  }
  if (logFile !== undefined) {
    const file = openFile(logFile);
    if (!file.ok) return file;
    const writeLine = togetherEachTurn((text) => append(file.value, text));
    writers.push((record) => writeLine(format(record), record.level));
  }
  return success({
    write: (record) => {
      for (const write of writers) write(record);
    },
    warnings,
  });
}

/**
 * Whether standard output is the stream that systemd has connected to the journal: systemd.exec(5) names it in the
 * environment, by device and inode, and says to compare, as the variable is inherited and the stream may not be.
 */
export function leadsToJournal(journalStream: string | undefined, descriptor = 1): boolean {
  if (journalStream === undefined) return false;
  try {
    const { dev, ino } = fstatSync(descriptor, { bigint: true });
    return journalStream === `${dev}:${ino}`;
  } catch {
    return false;
  }
}

function openFile(path: string): Result<number, string> {
  try {
    return success(openSync(path, 'a'));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return failure(`cannot write the log ${path} ([DEFAULT] log_file, --log-file): ${reason}`);
  }
}

/**
 * Writes lines, those of one turn of the event loop together: a system call for each can cost as much as the API call that
 * it tells of. A warning or an error goes out at once, with what was said before it; at the exit of the process all does.
 */
function togetherEachTurn(write: (text: string) => void): (line: string, level: LogLevel) => void {
  let text = '';
  const flush = (): void => {
    const lines = text;
    text = '';
    if (lines !== '') write(lines);
  };
  process.on('exit', flush);
  return (line, level) => {
    if (text === '') setImmediate(flush);
    text += `${line}\n`;
    if (SEVERITY[level] >= SEVERITY.WARNING) flush();
  };
}

/** A disk that is full must not stop the daemon. */
function append(file: number, text: string): void {
  try {
    writeSync(file, text);
  } catch (error) {
    process.stderr.write(`bagpipe-bgp: log: ${error instanceof Error ? error.message : String(error)}\n`);
  }
}
