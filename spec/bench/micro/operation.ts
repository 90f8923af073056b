/** Something small that the program does often. */
export interface Operation {
  readonly name: string;
  /** Does it for `ROUTES` routes. */
  readonly run: () => void;
  /** Before each run, and not measured: brings about what the run starts from. */
  readonly prepare?: () => void;
}

/** Routes that a run is about: enough to be measured with a clock. */
export const ROUTES = 1000;

/** The numbers of the routes of a run. */
export const NUMBERS: readonly number[] = Array.from({ length: ROUTES }, (_, number) => number);
