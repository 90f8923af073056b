import { SEVERITY, thresholdOf, type ComponentLevel, type LogLevel } from '../lib/log-level.ts';

/** What happened, in a sentence; or how to say it, which is asked for only if somebody will read it. */
export type LogMessage = string | (() => string);

/** Where the parts of the program say what happens to them. */
export interface Log {
  debug(message: LogMessage): void;
  info(message: LogMessage): void;
  warning(message: LogMessage): void;
  error(message: LogMessage): void;
}

/** What an event is about, for machines that read the log: `instance`, `peer`. */
export type LogFields = Readonly<Record<string, string>>;

export interface LogRecord {
  readonly level: LogLevel;
  /** Local time, `2026-11-22 23:12:07.917`. */
  readonly time: string;
  /** The component: `bgp.peer.192.0.2.1`. */
  readonly name: string;
  readonly message: string;
  readonly fields?: LogFields;
}

/** How many records the looking glass keeps of each component, and of all of them together. */
const KEPT_RECORDS = 100;

export interface LogBookOptions {
  readonly write: (record: LogRecord) => void;
  readonly now: () => Date;
  /** Whether components without a level of their own write from DEBUG on; otherwise from INFO on. */
  readonly debug: boolean;
  readonly levels?: readonly ComponentLevel[];
}

/** All logs of the process: one line per event, and the last warnings and errors for the looking glass. */
export class LogBook {
  readonly #options: LogBookOptions;
  readonly #recent: LogRecord[] = [];

  constructor(options: LogBookOptions) {
    this.#options = options;
  }

  /**
   * The log of a part of the program, which keeps its own records of level `keep` and worse, whatever is written.
   * Fields belong to all of its records.
   */
  component(name: string, keep: LogLevel = 'WARNING', fields?: LogFields): ComponentLog {
    const { write, now, debug, levels = [] } = this.#options;
    const threshold = SEVERITY[thresholdOf(name, levels, debug ? 'DEBUG' : 'INFO')];
    return new ComponentLog({
      name,
      keep,
      threshold,
      write,
      remember: (record) => keepLast(this.#recent, record),
      record: (level, message) => {
        const record = { level, time: formatLocalTime(now(), true), name, message };
        return fields === undefined ? record : { ...record, fields };
      },
    });
  }

  /** Warnings and errors of all components, newest first. */
  recent(): readonly LogRecord[] {
    return this.#recent.toReversed();
  }

  get recentCount(): number {
    return this.#recent.length;
  }
}

interface ComponentLogOptions {
  readonly name: string;
  readonly keep: LogLevel;
  /** The least severity that is written. */
  readonly threshold: number;
  readonly record: (level: LogLevel, message: string) => LogRecord;
  readonly write: (record: LogRecord) => void;
  /** Takes the warnings and errors. */
  readonly remember: (record: LogRecord) => void;
}

export class ComponentLog implements Log {
  readonly name: string;
  readonly #options: ComponentLogOptions;
  readonly #keep: number;
  /** Below this severity nobody wants to know. */
  readonly #least: number;
  readonly #kept: LogRecord[] = [];

  constructor(options: ComponentLogOptions) {
    this.name = options.name;
    this.#options = options;
    this.#keep = SEVERITY[options.keep];
    this.#least = Math.min(options.threshold, this.#keep, SEVERITY.WARNING);
  }

  /** Whether anybody reads events of level DEBUG: for what is not worth the work otherwise. */
  get isDebug(): boolean {
    return this.#least <= SEVERITY.DEBUG;
  }

  debug(message: LogMessage): void {
    this.#add('DEBUG', message);
  }

  info(message: LogMessage): void {
    this.#add('INFO', message);
  }

  warning(message: LogMessage): void {
    this.#add('WARNING', message);
  }

  error(message: LogMessage): void {
    this.#add('ERROR', message);
  }

  /** Forgets what was kept, for a component that starts anew. */
  clear(): void {
    this.#kept.length = 0;
  }

  /** Newest first. */
  records(): readonly LogRecord[] {
    return this.#kept.toReversed();
  }

  #add(level: LogLevel, message: LogMessage): void {
    const severity = SEVERITY[level];
    if (severity < this.#least) return;
    const { threshold, record: make, write, remember } = this.#options;
    const record = make(level, typeof message === 'string' ? message : message());
    if (severity >= this.#keep) keepLast(this.#kept, record);
    if (severity >= SEVERITY.WARNING) remember(record);
    if (severity >= threshold) write(record);
  }
}

/** `2026-11-22 23:10:23.917 INFO daemon stopping`: one line, whatever the message holds. */
export function formatLogLine({ time, level, name, message }: LogRecord): string {
  const line = message
    .trim()
    .replaceAll(/\s*[\n\v\f\r\u0085\u2028\u2029]+\s*/g, ' | ')
    // What comes from outside must not take control of the terminal on which it is read.
    .replaceAll(/[^\P{Cc}\t]/gu, (sign) => `\\x${sign.charCodeAt(0).toString(16).padStart(2, '0')}`);
  return `${time} ${level} ${name} ${line}`;
}

/** The record as JSON on one line, its fields beside the others. */
export function formatLogJson({ time, level, name, message, fields }: LogRecord): string {
  return JSON.stringify({ time, level, name, message, ...fields });
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
