import {
  asyncScheduler,
  auditTime,
  connect,
  endWith,
  filter,
  ignoreElements,
  map,
  merge,
  type Observable,
  Subject,
  takeUntil,
  tap,
} from 'rxjs';
import type { LookingGlassNode } from '../../lib/api/looking-glass.ts';
import type { Driver } from '../../lib/dataplane/driver.ts';
import type { Confirmation, DataplaneFault, Intent } from '../../lib/dataplane/intent.ts';
import { removal } from '../../lib/dataplane/ovs/port-table.ts';
import type { Program } from '../../lib/dataplane/ovs/program.ts';
import { failure, type Result, success } from '../../lib/result.ts';
import { batchInto } from './batch.ts';
import { probeSwitch, readVersion, warnOfInsecurity } from './ovs-probe.ts';
import { type NeighbourView, SwitchKeeper, type SwitchWork } from './ovs-switch.ts';
import { OvsTools, type Trouble } from './ovs-tools.ts';
import { watchSwitch } from './ovs-watch.ts';
import { type Refusals, retries } from './retries.ts';
import { type Run, runProcess } from './run-batch.ts';
import type { Description, Sink, SinkOptions } from './sink.ts';

/** What one driver puts into the common sink of Open vSwitch. */
export interface OvsSinkParts {
  readonly driver: Driver;
  readonly program: Program;
  /** Ports that the bridge must have when the daemon starts. */
  readonly requiredPorts: readonly string[];
  /** Whether only flows may forward packets, and nothing that Open vSwitch does without them. */
  readonly mustBeSecure: boolean;
  /** `Group.selection` of its groups, where the configuration has a say in it. */
  readonly selection?: string;
  readonly neighbours?: Neighbours;
  readonly describe: () => Description;
  readonly describeInstance: (instance: number) => Description;
}

export interface Neighbours extends NeighbourView {
  /** Finds out about the interface that has our address; to be called first. */
  readonly start: () => Promise<Result<unknown, DataplaneFault>>;
  /** Emits when a neighbour that was asked for has another MAC address. */
  readonly changes$: Observable<unknown>;
}

/** Intents about routes that are carried out in one go; an attachment waits for no more. */
const MOST_INTENTS = 2000;

/** Milliseconds before all is put again that Open vSwitch did not take although it is there. */
const PAUSE = 1000;

/** What there may be very many of; everything else is done before. */
const PATIENT = /^\d+\/(remote-prefix|remote-mac|neighbour|flood)\//;

/** Open vSwitch: intents go into a bridge as flows and groups, in atomic bundles, and are put again when it restarts. */
export function ovsSink(options: SinkOptions, parts: OvsSinkParts, run: Run = runProcess): Sink {
  const { log, rootHelper, localAddress, scheduler = asyncScheduler } = options;
  const { driver, program, neighbours, requiredPorts, selection, mustBeSecure } = parts;
  const tools = new OvsTools(run, rootHelper, program);
  const keeper = new SwitchKeeper({ program, tools, neighbours, log, now: () => scheduler.now() });
  const again$ = new Subject<readonly SwitchWork[]>();
  const refusals$ = new Subject<Refusals>();
  let version = 'unknown';

  async function carryOut(work: readonly SwitchWork[]): Promise<readonly Confirmation[]> {
    try {
      const confirmations = await keeper.carryOut(work);
      // Where the watch sees an outage, it sees its end, too.
      if (keeper.switch.isDoubtful && keeper.outage === undefined) again$.next([{ event: 'again' }]);
      refusals$.next(keeper.refusals);
      return confirmations;
    } catch (error) {
      log.error(`Open vSwitch: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      return keeper.abandon(work);
    }
  }

  async function prepare(): Promise<Result<void, DataplaneFault>> {
    const probed = await probeSwitch({ localAddress, program, tools, requiredPorts, selection });
    if (!probed.ok) return probed;
    const answer = await readVersion(tools);
    if (answer.ok) version = answer.value;
    const warning = mustBeSecure ? await warnOfInsecurity(tools, program.bridge) : undefined;
    if (warning !== undefined) log.warning(warning);
    const started = await neighbours?.start();
    return started?.ok === false ? started : success(undefined);
  }

  async function cleanup(): Promise<Result<readonly string[], DataplaneFault>> {
    const { bridge } = program;
    const ports = await tools.ports();
    if (!ports.ok) return isAbsent(ports.fault) ? success([]) : failure(ports.fault.fault);
    const flows = await tools.flows();
    if (!flows.ok) return failure(flows.fault.fault);
    const groups = await tools.groups();
    if (!groups.ok) return failure(groups.fault.fault);
    const trouble = await tools.bundle(keeper.switch.clearing(groups.value));
    if (trouble !== undefined) return failure(trouble.fault);
    const ours = ports.value.filter(({ owner }) => owner === program.owner.name);
    if (ours.length > 0) {
      const changed = await tools.changePorts(ours.map(({ name }) => removal(bridge, name)));
      if (!changed.ok) return failure(changed.fault.fault);
    }
    const counts = [
      [flows.value, 'flows'],
      [groups.value.length, 'groups'],
    ] as const;
    return success([
      ...counts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what} of bridge ${bridge}`),
      ...ours.map(({ name }) => `port ${name} of bridge ${bridge}`),
    ]);
  }

  return {
    driver,
    apply: connect((intents$: Observable<readonly Intent[]>) => {
      const end$ = intents$.pipe(ignoreElements(), endWith(undefined));
      const events$ = merge(
        watchSwitch({ rootHelper, program, scheduler }).pipe(
          tap((event) => {
            if (event.event === 'down' && !event.lacksVersion) tools.interrupt(event.reason);
          }),
          map((event) => [event]),
        ),
        // However often something fails meanwhile.
        again$.pipe(auditTime(PAUSE, scheduler)),
        retries(refusals$, scheduler).pipe(map(() => [{ event: 'refused' as const }])),
        ...(neighbours === undefined
          ? []
          : [neighbours.changes$.pipe(map(() => [{ event: 'neighbours' as const }]))]),
      ).pipe(takeUntil(end$));
      return merge<(readonly SwitchWork[])[]>(intents$, events$).pipe(
        batchInto(keyOf, carryOut, { most: MOST_INTENTS, isUrgent: (item) => !PATIENT.test(keyOf(item)) }),
        filter((confirmations) => confirmations.length > 0),
      );
    }),
    prepare,
    cleanup,
    describe: () => ({
      ovs_bridge: program.bridge,
      ovs_version: version,
      ...parts.describe(),
      ovs_connection: describeConnection(),
      ...describeRefused(),
    }),
    describeInstance: ({ instance }) => ({
      ...parts.describeInstance(instance),
      flows: Array.from(keeper.switch.rowsOf(instance), ({ put }) =>
        put.replace(/^(flow add|group add_or_mod) /, ''),
      ),
      ...describeRefused(instance),
    }),
  };

  function describeConnection(): LookingGlassNode {
    const { trouble } = keeper;
    if (trouble === undefined) return { state: 'up' };
    return { state: 'down', since: trouble.since.toISOString(), reason: trouble.reason };
  }

  /** What was refused of an instance, or of what belongs to none. */
  function describeRefused(instance?: number): Description {
    const refused = keeper.switch.refused(instance).map((each) => ({ ...each }));
    return refused.length === 0 ? {} : { refused };
  }
}

/** Of an outage and its end, the newest counts. */
function keyOf(item: SwitchWork): string {
  if ('key' in item) return item.key;
  return item.event === 'up' ? 'down' : item.event;
}

/** Where there is no Open vSwitch, or it has no such bridge, there is nothing of ours in it. */
function isAbsent({ fault: { reason } }: Trouble): boolean {
  return /ENOENT|no row "|database connection failed \(No such file or directory\)/.test(reason);
}
