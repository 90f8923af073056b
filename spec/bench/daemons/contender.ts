import type { Observer } from '../observation.ts';

/** A BGP daemon that takes part in a comparison. */
export interface Contender {
  readonly name: string;
  /** Whether it keeps VRFs that import routes, made by this benchmark. */
  readonly hasVrfs: boolean;
  /** More would take too long, or more memory than there is. */
  readonly mostRoutes: number;
  /** UPDATEs a second that it can be sent without losing the session; undefined: as many as the socket takes. */
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
  /** How many VRFs it is to have; VRF n imports the routes with target 64512:n. */
  readonly vrfs: number;
  /** Whether it is to have an `observer`, if it can. */
  readonly observed: boolean;
}

export interface RunningContender {
  readonly pid: number;
  /** Routes received from the speaker that it has now. */
  readonly countRoutes: () => Promise<number>;
  readonly observer?: Observer;
  readonly stop: () => Promise<void>;
}
