import type { ApiClient } from '../../support/api-client.ts';
import type { Observer } from '../observation.ts';

/** A BGP daemon that takes part in a comparison. */
export interface Contender {
  readonly name: string;
  /** Whether it keeps VRFs that import routes, made by this benchmark. */
  readonly hasVrfs: boolean;
  /** Whether it has the REST API of this project. */
  readonly hasApi: boolean;
  /** Whether it can have an `observer`. */
  readonly isObservable: boolean;
  /** More would take too long, or more memory than there is. */
  readonly mostRoutes: number;
  /** Routes times VRFs: more would take too long. */
  readonly mostComparisons: number;
  /** UPDATEs a second that it can be sent without losing the session; undefined: as many as the socket takes. */
  readonly pace: number | undefined;
  /** Milliseconds from one look at its routes to the next: so many that counting does not cost it much. */
  readonly poll: number;
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
  /** Routes received from the speaker that it has now; NaN if it does not say. */
  readonly countRoutes: () => Promise<number>;
  /** The REST API and the looking glass, where there are these. */
  readonly api?: ApiClient;
  /** Of its REST API, if it has one. */
  readonly apiUrl?: string;
  readonly observer?: Observer;
  readonly stop: () => Promise<void>;
}

/** Whether it can be measured with so many routes and VRFs. */
export function bears(contender: Contender, routes: number, vrfs: number): boolean {
  const { hasVrfs, mostRoutes, mostComparisons } = contender;
  return (hasVrfs || vrfs === 0) && routes <= mostRoutes && routes * vrfs <= mostComparisons;
}
