import { setImmediate as nextTurn } from 'node:timers/promises';
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
import { evpnLinux } from '../../lib/dataplane/drivers/evpn-linux.ts';
import type { Confirmation, DataplaneFault, Intent } from '../../lib/dataplane/intent.ts';
import { isStructural, LinuxEvpn } from '../../lib/dataplane/linux-evpn/model.ts';
import { deletion, ourDevices } from '../../lib/dataplane/linux-evpn/own-devices.ts';
import { parseIpAddress } from '../../lib/net/ip-address.ts';
import { failure, type Result, success } from '../../lib/result.ts';
import { batchInto } from './batch.ts';
import { flush } from './flush.ts';
import { probe } from './linux-evpn-probe.ts';
import { readEntries, readLinks, readTables } from './read-state.ts';
import { type Run, runProcess } from './run-batch.ts';
import type { Sink, SinkOptions } from './sink.ts';

/** After this many milliseconds the orchestrator has attached again what it wants to keep. */
const SWEEP_AFTER = 120_000;

/** Times that entries are looked for before those that are still missing are given up. */
const MOST_CHECKS = 3;

/**
 * Intents about entries that are carried out in one go: so many take some milliseconds from the event loop, and an
 * attachment waits for no more. (The entries of an EVI that has to be looked at as a whole, once, are one batch.)
 */
const MOST_INTENTS = 2000;

/** In the place of an intent: what a former run left and nobody has asked for is to be removed. */
const SWEEP = 'sweep';

type Work = Intent | typeof SWEEP;

export interface LinuxEvpnOptions extends SinkOptions {
  /** UDP port of VXLAN. */
  readonly vxlanDstPort: number;
  /**
   * Milliseconds from the start to the sweep, which removes what a former run left and nobody asked for again;
   * 120 000 if absent.
   */
  readonly sweepAfter?: number;
}

/** E-VPN on Linux: carries intents out with `ip`, `bridge` and `sysctl`, and reads back what there is. */
export function linuxEvpnSink(options: LinuxEvpnOptions, runTool: Run = runProcess): Sink {
  const { log, rootHelper, scheduler = asyncScheduler, sweepAfter = SWEEP_AFTER } = options;
  const localAddress = parseIpAddress(options.localAddress) ?? options.localAddress;
  const model = new LinuxEvpn(localAddress, options.vxlanDstPort);
  const run: Run = async (words, input) => {
    const result = await runTool(words, input);
    if (result.exitCode === undefined) log.warning(`${words.join(' ')}: ${result.stderr}`);
    return result;
  };
  const reader = { run, rootHelper };
  const flushOptions = { run, rootHelper, log, scheduler };

  /** Between its steps, which take some milliseconds each, everything else has its turn. */
  async function carryOut(work: readonly Work[]): Promise<readonly Confirmation[]> {
    model.take(work.filter((item) => item !== SWEEP));
    if (work.includes(SWEEP)) model.sweep();
    await nextTurn();
    const fault = await observe();
    if (fault !== undefined) model.fail(fault);
    else await makeItSo();
    await nextTurn();
    return model.finish();
  }

  async function makeItSo(): Promise<void> {
    for (let check = 0; check < MOST_CHECKS; check += 1) {
      const changes = model.plan();
      if (changes.length === 0) return;
      await nextTurn();
      await flush(changes, flushOptions);
      for (const { command, reason } of model.settle(changes))
        log.warning(`${command ?? 'dataplane'}: ${reason}`);
      await nextTurn();
      if (!model.recheck(changes)) return;
      const fault = (await observeTables()) ?? (await observeEntries());
      if (fault !== undefined) {
        log.warning(`entries not verified: ${fault.reason}`);
        return;
      }
    }
  }

  async function observe(): Promise<DataplaneFault | undefined> {
    if (model.needsLinks) {
      const links = await readLinks(reader);
      if (!links.ok) return links.fault;
      model.observeLinks(links.value);
    }
    return await observeTables();
  }

  async function observeTables(): Promise<DataplaneFault | undefined> {
    for (const which of model.unread()) {
      const tables = await readTables(reader, which);
      if (!tables.ok) return tables.fault;
      model.observeTables(which.instance, tables.value.fdb, tables.value.neighbours);
    }
    return undefined;
  }

  async function observeEntries(): Promise<DataplaneFault | undefined> {
    const entries = await readEntries(reader, model.unverified);
    if (!entries.ok) return entries.fault;
    model.observeEntries(entries.value.fdb, entries.value.neighbours);
    return undefined;
  }

  async function carryOutSafely(work: readonly Work[]): Promise<readonly Confirmation[]> {
    try {
      return await carryOut(work);
    } catch (error) {
      // A bug: those who wait are told, and the next batch finds the pipeline alive.
      const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
      log.error(`E-VPN dataplane: ${reason}`);
      const fault = { command: undefined, reason: 'internal error' };
      model.fail(fault);
      return model.finish();
    }
  }

  async function cleanup(): Promise<Result<readonly string[], DataplaneFault>> {
    const links = await readLinks(reader);
    if (!links.ok) return links;
    const names = ourDevices(links.value);
    const changes = names.map((name) => deletion(name, undefined));
    await flush(changes, flushOptions);
    for (const { outcome } of changes) if (outcome.state === 'failed') return failure(outcome.fault);
    return success(names);
  }

  return {
    driver: evpnLinux,
    apply: connect((intents$: Observable<readonly Intent[]>) => {
      const end$ = intents$.pipe(ignoreElements(), endWith(undefined));
      const sweep$ = timer(sweepAfter, scheduler).pipe(
        map((): readonly Work[] => [SWEEP]),
        takeUntil(end$),
      );
      return merge<(readonly Work[])[]>(intents$, sweep$).pipe(
        batchInto((item) => (item === SWEEP ? SWEEP : item.key), carryOutSafely, {
          most: MOST_INTENTS,
          // What is in an EVI finds it made, or gone; of two that want the same name or VNI the one has let it go. The
          // sweep waits for its turn: what has been asked for before it and waits is wanted.
          isUrgent: (item) => item !== SWEEP && isStructural(item),
        }),
        filter((confirmations) => confirmations.length > 0),
      );
    }),
    prepare: () => probe(reader, options),
    cleanup,
    describe: () => ({}),
    describeInstance: (state) => {
      if (state.kind !== 'evi') return {};
      const { bridge, device } = model.describe(state);
      return { linux_bridge: bridge, vxlan_if: device };
    },
  };
}
