/** Where the parts of the program say what happens to them. */
export interface Log {
  debug(message: string): void;
  info(message: string): void;
  warning(message: string): void;
  error(message: string): void;
}

export type LogLevel = 'DEBUG' | 'INFO' | 'WARNING' | 'ERROR';

export interface LogRecord {
  readonly level: LogLevel;
  /** Local time, `2026-11-22 23:12:07.917`. */
  readonly time: string;
  readonly name: string;
  readonly message: string;
}

const SEVERITY: Readonly<Record<LogLevel, number>> = { DEBUG: 0, INFO: 1, WARNING: 2, ERROR: 3 };

/** How many records the looking glass keeps of each component, and of all of them together. */
const KEPT_RECORDS = 100;

export interface LogBookOptions {
  readonly write: (record: LogRecord) => void;
  readonly now: () => Date;
  readonly debug: boolean;
}

/** All logs of the process: one line per event, and the last warnings and errors for the looking glass. */
export class LogBook {
  readonly #options: LogBookOptions;
  readonly #recent: LogRecord[] = [];

  constructor(options: LogBookOptions) {
    this.#options = options;
  }

  /** The log of a part of the program, which keeps its own records of level `keep` and worse. */
  component(name: string, keep: LogLevel = 'WARNING'): ComponentLog {
    return new ComponentLog(name, keep, (record) => this.#add(record), this.#options.now);
  }

  /** Warnings and errors of all components, newest first. */
  recent(): readonly LogRecord[] {
    return this.#recent.toReversed();
  }

  get recentCount(): number {
    return this.#recent.length;
  }

  #add(record: LogRecord): void {
    if (record.level === 'DEBUG' && !this.#options.debug) return;
    this.#options.write(record);
    if (SEVERITY[record.level] >= SEVERITY.WARNING) keepLast(this.#recent, record);
  }
}

export class ComponentLog implements Log {
  readonly name: string;
  readonly #keep: LogLevel;
  readonly #add: (record: LogRecord) => void;
  readonly #now: () => Date;
  readonly #kept: LogRecord[] = [];

  constructor(name: string, keep: LogLevel, add: (record: LogRecord) => void, now: () => Date) {
    this.name = name;
    this.#keep = keep;
    this.#add = add;
    this.#now = now;
  }

  debug(message: string): void {
    this.#record('DEBUG', message);
  }

  info(message: string): void {
    this.#record('INFO', message);
  }

  warning(message: string): void {
    this.#record('WARNING', message);
  }

  error(message: string): void {
    this.#record('ERROR', message);
  }

  /** Forgets what was kept, for a component that starts anew. */
  clear(): void {
    this.#kept.length = 0;
  }

  /** Newest first. */
  records(): readonly LogRecord[] {
    return this.#kept.toReversed();
  }

  #record(level: LogLevel, message: string): void {
    const record = { level, time: formatLocalTime(this.#now(), true), name: this.name, message };
    if (SEVERITY[level] >= SEVERITY[this.#keep]) keepLast(this.#kept, record);
    this.#add(record);
  }
}

/** `2026-11-22 23:10:23.917 INFO daemon stopping`: one line, whatever the message holds. */
export function formatLogLine({ time, level, name, message }: LogRecord): string {
  return `${time} ${level} ${name} ${message.replaceAll(/\s*[\r\n]+\s*/g, ' | ')}`;
}

/** `2026-11-22 23:10:23` in local time, with `.917` if milliseconds are asked for. */
export function formatLocalTime(time: Date, milliseconds = false): string {
  const pad = (value: number, width = 2): string => String(value).padStart(width, '0');
  const date = `${time.getFullYear()}-${pad(time.getMonth() + 1)}-${pad(time.getDate())}`;
  const clock = `${pad(time.getHours())}:${pad(time.getMinutes())}:${pad(time.getSeconds())}`;
  return `${date} ${clock}${milliseconds ? `.${pad(time.getMilliseconds(), 3)}` : ''}`;
}

function keepLast(records: LogRecord[], record: LogRecord): void {
  records.push(record);
  if (records.length > KEPT_RECORDS) records.shift();
}
