import {
  asyncScheduler,
  auditTime,
  distinctUntilChanged,
  filter,
  map,
  merge,
  type Observable,
  repeat,
  type SchedulerLike,
  share,
  timer,
} from 'rxjs';
import { isFromBridge, mentionsFlowOf, plainMessage } from '../../lib/dataplane/ovs/answers.ts';
import type { Program } from '../../lib/dataplane/ovs/program.ts';
import { type ProcessEvent, processLines } from './process-lines.ts';

/** What happens to a bridge, whoever does it. */
export type SwitchEvent =
  /** It answers, for the first time or again: what it holds is not known. */
  | { readonly event: 'up' }
  | { readonly event: 'down'; readonly reason: string }
  /** Ports came, went or got other numbers. */
  | { readonly event: 'ports' }
  /** Flows of ours were removed, by us or by somebody else. */
  | { readonly event: 'flows' };

/** Milliseconds until a bridge that does not answer is asked again. */
const PAUSE = 250;

/** Changes come in bursts: what happens within so many milliseconds is one event. */
const BURST = 100;

export interface WatchOptions {
  readonly rootHelper: readonly string[];
  readonly program: Pick<Program, 'bridge' | 'owner'>;
  readonly scheduler?: SchedulerLike | undefined;
}

/**
 * Watches a bridge through two connections that stay open: a flow monitor, which says something at once when the bridge
 * answers, and ends with ovs-vswitchd; and a monitor of the database, which tells of ports. Never completes.
 */
export function watchSwitch(options: WatchOptions): Observable<SwitchEvent> {
  const { rootHelper, program, scheduler = asyncScheduler } = options;
  const { bridge, owner } = program;
  const keepRunning = (...words: string[]): Observable<ProcessEvent> =>
    processLines([...rootHelper, ...words]).pipe(repeat({ delay: () => timer(PAUSE, scheduler) }));
  const monitor$ = keepRunning(
    ...['ovs-ofctl', '-O', 'OpenFlow15', 'monitor', bridge],
    'watch:!initial,!add,!modify',
  ).pipe(share());
  const database$ = keepRunning(
    ...['ovsdb-client', '--format=json', 'monitor', 'Open_vSwitch', 'Interface'],
    'name,ofport,error',
  );
  return merge(
    monitor$.pipe(
      filter((event) => 'ended' in event || isFromBridge(event.line)),
      map((event): SwitchEvent =>
        'ended' in event ? { event: 'down', reason: plainMessage(event.ended) } : { event: 'up' },
      ),
      distinctUntilChanged((a, b) => a.event === b.event),
    ),
    monitor$.pipe(
      filter((event) => 'line' in event && mentionsFlowOf(owner, event.line)),
      auditTime(BURST, scheduler),
      map((): SwitchEvent => ({ event: 'flows' })),
    ),
    database$.pipe(
      // Also of a database server that is away: without it ovs-vswitchd answers nobody.
      auditTime(BURST, scheduler),
      map((): SwitchEvent => ({ event: 'ports' })),
    ),
  );
}
