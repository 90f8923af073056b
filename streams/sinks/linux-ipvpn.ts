import {
  asyncScheduler,
  connect,
  endWith,
  filter,
  ignoreElements,
  map,
  merge,
  type Observable,
  Subject,
  takeUntil,
  timer,
} from 'rxjs';
import { ipvpnLinux, linuxEncapsulationsOf } from '../../lib/dataplane/drivers/ipvpn-linux.ts';
import type { Confirmation, DataplaneFault, Intent } from '../../lib/dataplane/intent.ts';
import { LinuxIpvpn } from '../../lib/dataplane/linux-ipvpn/linux-ipvpn.ts';
import type { LinuxIpvpnSettings } from '../../lib/dataplane/linux-ipvpn/settings.ts';
import { type Result, success } from '../../lib/result.ts';
import { batchInto } from './batch.ts';
import { isStructural, type KernelEvent, KernelKeeper, type KernelWork } from './linux-ipvpn-keeper.ts';
import { probeKernel } from './linux-ipvpn-probe.ts';
import { watchLinks } from './linux-ipvpn-watch.ts';
import { LinuxNode } from './linux-node.ts';
import { type Refusals, retries } from './retries.ts';
import { type Run, runProcess } from './run-batch.ts';
import type { Description, Sink, SinkOptions } from './sink.ts';

/** Intents about routes that are carried out in one go; an attachment waits for no more. */
const MOST_INTENTS = 5000;

/** IP VPN on Linux: VRF devices and the MPLS of the kernel, by `ip` and `sysctl`. */
export function linuxIpvpnSink(
  options: SinkOptions,
  settings: LinuxIpvpnSettings,
  run: Run = runProcess,
): Sink {
  const { log, rootHelper, scheduler = asyncScheduler } = options;
  const program = new LinuxIpvpn(settings);
  const node = new LinuxNode(run, rootHelper);
  const keeper = new KernelKeeper({ program, node, log });
  const refusals$ = new Subject<Refusals>();

  async function carryOut(work: readonly KernelWork[]): Promise<readonly Confirmation[]> {
    try {
      const confirmations = await keeper.carryOut(work);
      refusals$.next(keeper.refusals);
      return confirmations;
    } catch (error) {
      log.error(`IP VPN: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      return keeper.abandon(work);
    }
  }

  return {
    driver: { ...ipvpnLinux, encapsulations: linuxEncapsulationsOf(settings) },
    apply: connect((intents$: Observable<readonly Intent[]>) => {
      const end$ = intents$.pipe(ignoreElements(), endWith(undefined));
      const events$ = merge<KernelEvent[]>(
        timer(0, scheduler).pipe(map(() => ({ event: 'start' as const }))),
        watchLinks({ rootHelper, program, scheduler }),
        retries(refusals$, scheduler).pipe(map(() => ({ event: 'again' as const }))),
      ).pipe(
        map((event) => [event]),
        takeUntil(end$),
      );
      return merge<(readonly KernelWork[])[]>(intents$, events$).pipe(
        batchInto(keyOf, carryOut, {
          most: MOST_INTENTS,
          isUrgent: (item) => 'event' in item || isStructural(item),
        }),
        filter((confirmations) => confirmations.length > 0),
      );
    }),
    prepare,
    cleanup: () => keeper.clear(),
    describe: () => ({
      ...program.describe(),
      mpls: [...keeper.kernel.routes('label')],
      ...describeRefused(),
    }),
    describeInstance: ({ instance }) => ({
      ...program.describeInstance(instance),
      routes: [...keeper.kernel.routes('route', instance)],
      ...describeRefused(instance),
    }),
  };

  async function prepare(): Promise<Result<void, DataplaneFault>> {
    const probed = await probeKernel(node, settings);
    if (!probed.ok) return probed;
    program.localInterface = probed.value;
    return success(undefined);
  }

  function describeRefused(instance?: number): Description {
    const refused = keeper.kernel.refused(instance).map((each) => ({ ...each }));
    return refused.length === 0 ? {} : { refused };
  }
}

function keyOf(item: KernelWork): string {
  return 'key' in item ? item.key : item.event;
}
