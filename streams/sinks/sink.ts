import type { OperatorFunction, SchedulerLike } from 'rxjs';
import type { LookingGlassNode } from '../../lib/api/looking-glass.ts';
import type { Driver } from '../../lib/dataplane/driver.ts';
import type { Confirmation, DataplaneFault, DataplaneState, Intent } from '../../lib/dataplane/intent.ts';
import type { LinuxIpvpnSettings } from '../../lib/dataplane/linux-ipvpn/settings.ts';
import type { OvsEvpnSettings } from '../../lib/dataplane/ovs-evpn/ovs-evpn.ts';
import type { OvsIpvpnSettings } from '../../lib/dataplane/ovs-ipvpn/settings.ts';
import type { Result } from '../../lib/result.ts';
import type { Log } from '../log.ts';

/** What a sink must know of the node that it programs. */
export interface SinkOptions {
  /** Our tunnel endpoint (VTEP): source address of the tunnels. */
  readonly localAddress: string;
  /** Words that go before each privileged command (`sudo`, a network namespace); empty when we are root. */
  readonly rootHelper: readonly string[];
  readonly log: Log;
  /** The clock of back-off, of outages and of the sweep. */
  readonly scheduler?: SchedulerLike;
}

/** What each driver is told by the configuration. */
export interface SinkSettings {
  readonly linuxEvpn: {
    /** UDP port of VXLAN. */
    readonly vxlanDstPort: number;
  };
  readonly linuxIpvpn: LinuxIpvpnSettings;
  readonly ovsEvpn: Pick<OvsEvpnSettings, 'bridge'>;
  readonly ovsIpvpn: OvsIpvpnSettings;
}

/** What a sink tells of itself to the looking glass, by the names that members have there. */
export type Description = Readonly<Record<string, LookingGlassNode>>;

/** The only place where the dataplane is touched. One object per driver and process. */
export interface Sink {
  readonly driver: Driver;
  /**
   * Takes arrays of intents and emits arrays of confirmations: one per intent, but an intent that was superseded by
   * a newer one of the same key before it was carried out is answered by the confirmation of the newer one. Never
   * fails: what went wrong is in the confirmations. Subscribe it once.
   */
  readonly apply: OperatorFunction<readonly Intent[], readonly Confirmation[]>;
  /** Asks the platform, by trying, whether it can do what the driver needs. To be called once, at start. */
  readonly prepare: () => Promise<Result<void, DataplaneFault>>;
  /** Removes everything that is recognisably ours, also of former runs; resolves to what was removed. */
  readonly cleanup: () => Promise<Result<readonly string[], DataplaneFault>>;
  /** What the looking glass adds for the driver, */
  readonly describe: () => Description;
  /** and for the instance of this `EviState` or `VrfState`. */
  readonly describeInstance: (state: DataplaneState) => Description;
}
