/** A BGP daemon that takes part in a comparison. */
export interface Contender {
  readonly name: string;
  /** Whether it keeps VRFs that import routes, made by this benchmark. */
  readonly hasVrfs: boolean;
  /** More would take too long, or more memory than there is. */
  readonly mostRoutes: number;
  /** Routes a second that it can be sent without losing the session; undefined: as many as the socket takes. */
  readonly pace: number | undefined;
  /** Undefined if it is not installed. */
  readonly version: () => Promise<string | undefined>;
  readonly start: (options: ContenderOptions) => Promise<RunningContender>;
}

export interface ContenderOptions {
  readonly directory: string;
  /** Its own address, from which it connects. */
  readonly address: string;
  /** Where the flooding speaker waits for it. */
  readonly speaker: { readonly address: string; readonly port: number };
}

export interface RunningContender {
  readonly pid: number;
  /** Routes received from the speaker that it has now. */
  readonly countRoutes: () => Promise<number>;
  /** Makes VRF `number`, which imports this route target. */
  readonly addVrf?: (number: number, routeTarget: string) => Promise<void>;
  readonly stop: () => Promise<void>;
}
