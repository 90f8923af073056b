import {
  asyncScheduler,
  connect,
  endWith,
  filter,
  ignoreElements,
  map,
  merge,
  type Observable,
  takeUntil,
  timer,
} from 'rxjs';
import { ipvpnLinux, linuxEncapsulationsOf } from '../../lib/dataplane/drivers/ipvpn-linux.ts';
import type { Confirmation, Intent } from '../../lib/dataplane/intent.ts';
import { LinuxIpvpn } from '../../lib/dataplane/linux-ipvpn/linux-ipvpn.ts';
import type { LinuxIpvpnSettings } from '../../lib/dataplane/linux-ipvpn/settings.ts';
import { batchInto } from './batch.ts';
import { isStructural, type KernelEvent, KernelKeeper, type KernelWork } from './linux-ipvpn-keeper.ts';
import { probeKernel } from './linux-ipvpn-probe.ts';
import { watchLinks } from './linux-ipvpn-watch.ts';
import { LinuxNode } from './linux-node.ts';
import { type Run, runProcess } from './run-batch.ts';
import type { Sink, SinkOptions } from './sink.ts';

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

  async function carryOut(work: readonly KernelWork[]): Promise<readonly Confirmation[]> {
    try {
      return await keeper.carryOut(work);
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
    prepare: () => probeKernel(node, settings),
    cleanup: () => keeper.clear(),
    describe: () => ({ ...program.describe(), mpls: [...keeper.kernel.routes('label')] }),
    describeInstance: ({ instance }) => ({
      ...program.describeInstance(instance),
      routes: [...keeper.kernel.routes('route', instance)],
    }),
  };
}

function keyOf(item: KernelWork): string {
  return 'key' in item ? item.key : item.event;
}
