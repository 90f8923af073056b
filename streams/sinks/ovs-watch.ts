import {
  asyncScheduler,
  auditTime,
  defer,
  distinctUntilChanged,
  EMPTY,
  filter,
  interval,
  map,
  merge,
  type Observable,
  repeat,
  type SchedulerLike,
  share,
  switchMap,
  timer,
} from 'rxjs';
import { isFromBridge, lacksVersion, mentionsFlowOf, plainMessage } from '../../lib/dataplane/ovs/answers.ts';
import type { Program } from '../../lib/dataplane/ovs/program.ts';
import { type ProcessEvent, processLines } from './process-lines.ts';

/** What happens to a bridge, whoever does it. */
export type SwitchEvent =
  /** It answers, for the first time or again: what it holds is not known. */
  | { readonly event: 'up' }
  | {
      readonly event: 'down';
      readonly reason: string;
      /** It is there, but it does not speak OpenFlow 1.5: somebody has said which versions it speaks. */
      readonly lacksVersion: boolean;
    }
  /** Ports came, went or got other numbers. */
  | { readonly event: 'ports' }
  /** Flows of ours were removed, by us or by somebody else; or it is time to count them. */
  | { readonly event: 'flows' };

/** Milliseconds until a bridge that does not answer is asked again. */
const PAUSE = 250;

/** Changes come in bursts: what happens within so many milliseconds is one event. */
const BURST = 100;

/**
 * Milliseconds between counts of our flows. A flow of somebody else that takes the place of one of ours is told of as an
 * addition, and so are all of ours: of these we do not want to hear.
 */
const SWEEP = 60_000;

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
    withCause(processLines([...rootHelper, ...words])).pipe(repeat({ delay: () => timer(PAUSE, scheduler) }));
  const monitor$ = keepRunning(
    ...['ovs-ofctl', '-O', 'OpenFlow15', 'monitor', bridge],
    'watch:!initial,!add,!modify',
  ).pipe(share());
  const database$ = keepRunning(
    ...['ovsdb-client', '--format=json', 'monitor', 'Open_vSwitch', 'Interface'],
    'name,ofport,error',
  );
  const connection$ = monitor$.pipe(
    filter((event) => 'ended' in event || isFromBridge(event.line)),
    map((event): SwitchEvent => ('ended' in event ? down(event.ended) : { event: 'up' })),
    distinctUntilChanged(isRepetition),
    share(),
  );
  return merge(
    connection$,
    connection$.pipe(
      switchMap(({ event }) => (event === 'up' ? interval(SWEEP, scheduler) : EMPTY)),
      map((): SwitchEvent => ({ event: 'flows' })),
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

/** Where no version was agreed on, the last word of a tool is only that it could not connect. */
function withCause(events$: Observable<ProcessEvent>): Observable<ProcessEvent> {
  return defer(() => {
    let cause: string | undefined;
    return events$.pipe(
      map((event) => {
        if ('ended' in event) return { ended: cause ?? event.ended };
        if (lacksVersion(event.line)) cause = event.line;
        return event;
      }),
    );
  });
}

function down(said: string): SwitchEvent {
  return { event: 'down', reason: plainMessage(said), lacksVersion: lacksVersion(said) };
}

/** Versions are not a repetition: what was done about them may have failed. */
function isRepetition(former: SwitchEvent, event: SwitchEvent): boolean {
  if (former.event !== 'down' || event.event !== 'down') return former.event === event.event;
  return former.reason === event.reason && !event.lacksVersion;
}
