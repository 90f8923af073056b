import type { Result } from '../../result.ts';
import type { DataplaneFault, Intent } from '../intent.ts';
import type { Owner } from './owner.ts';
import type { Row } from './row.ts';

/**
 * What one driver wants one bridge of Open vSwitch to hold: a pure table of the state that intents ask for, compiled into
 * rows by parts. A *unit* is such a part: rows that come, change and go together (the flow and the group of a prefix;
 * the flows by which packets of a port come in). A row belongs to one unit.
 *
 * It does not know what the bridge holds: that, the order of commands, and errors are the business of `Switch`.
 */
export interface Program {
  readonly owner: Owner;
  readonly bridge: string;
  /** Takes an intent into the table, also one that repeats what is known. */
  take(intent: Intent): Taken;
  /** Every unit that is wanted now, in the order in which they should be put. */
  units(): Iterable<string>;
  /** The rows of a unit, groups before the flows that use them; none if it is not wanted (any more). */
  compile(unit: string, view: SwitchView): Result<readonly Row[], DataplaneFault>;
  /** The ports that rows refer to by name, by name. */
  ports(): ReadonlyMap<string, PortRequest>;
  /** Addresses of neighbours of the node whose MAC addresses rows contain. */
  neighbours(): ReadonlySet<string>;
}

export interface Taken {
  /** What has to be compiled again. If one of them cannot be put, the intent has failed. */
  readonly units: readonly string[];
  /** Why the intent cannot be obeyed whatever the bridge says; then the table is as if it had said "not wanted". */
  readonly fault?: DataplaneFault;
}

/** What rows contain and only the node knows. A failure says why it is not known, as words for people. */
export interface SwitchView {
  /** The OpenFlow number of a port of the bridge. */
  readonly portNumber: (name: string) => Result<number, string>;
  readonly neighbourMac: (address: string) => Result<string, string>;
  /** The MAC address of the interface that has the address of the dataplane. */
  readonly localMac: () => Result<string, string>;
}

export interface PortRequest {
  /** How to add the port if the bridge does not have it; undefined: it must have it. */
  readonly make: PortMaking | undefined;
}

export interface PortMaking {
  /** `system` is an interface of the kernel. A tunnel is set up anew also if there is a port of that name. */
  readonly type: 'system' | 'gre' | 'vxlan';
  /** `key=value`: the column `options`. */
  readonly options: readonly string[];
  readonly mtu: number | undefined;
}
