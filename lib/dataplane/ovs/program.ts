import type { Result } from '../../result.ts';
import type { Units } from '../unit-table.ts';
import type { Owner } from './owner.ts';
import type { Row } from './row.ts';

/** What one driver wants one bridge of Open vSwitch to hold. Groups come before the flows that lead to them. */
export interface Program extends Units<Row, SwitchView> {
  readonly owner: Owner;
  readonly bridge: string;
  /** The ports that rows refer to by name, by name. */
  ports(): ReadonlyMap<string, PortRequest>;
  /** Addresses of neighbours of the node whose MAC addresses rows contain. */
  neighbours(): ReadonlySet<string>;
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
