import type { Contender } from './daemons/contender.ts';

/** A value in a table: numbers are set with groups of three digits. */
export type Cell = string | number;

/** One row of results, by the heading of the column. The rows of a section need not have the same columns. */
export type Row = Readonly<Record<string, Cell>>;

export interface BenchOptions {
  /** The daemons that are installed and asked for, with their versions; ours is the first. */
  readonly contenders: readonly InstalledContender[];
  /** How many routes, each a measurement. */
  readonly routes: readonly number[];
  /** How many VRFs import them, each a measurement. */
  readonly vrfs: readonly number[];
  /** Tells people who wait what is being measured. */
  readonly tell: (progress: string) => void;
}

export interface InstalledContender {
  readonly contender: Contender;
  readonly version: string;
}

/** One question that the benchmark answers, with a table. */
export interface Section {
  /** A word on the command line. */
  readonly name: string;
  /** The heading of its table. */
  readonly title: string;
  /** What is measured, and how, for readers of the table. */
  readonly about: string;
  readonly measure: (options: BenchOptions) => Promise<readonly Row[]>;
}
