import {
  asyncScheduler,
  auditTime,
  connect,
  EMPTY,
  filter,
  map,
  merge,
  type Observable,
  repeat,
  type SchedulerLike,
  skip,
  startWith,
  switchMap,
  timer,
} from 'rxjs';
import { isOwnDevice } from '../../lib/dataplane/linux-ipvpn/names.ts';
import { interfaceIn } from '../../lib/dataplane/linux-ipvpn/node-state.ts';
import type { LinuxIpvpn } from '../../lib/dataplane/linux-ipvpn/linux-ipvpn.ts';
import type { KernelEvent } from './linux-ipvpn-keeper.ts';
import { type ProcessEvent, processLines } from './process-lines.ts';

/** Changes come in bursts: what happens within so many milliseconds is one event. */
const BURST = 50;

/** Milliseconds until a monitor that has ended is started again, */
const PAUSE = 1000;

/** and until it is taken to listen: it does not say when it does. */
const START = 1000;

const STARTED = 'started' as const;

export interface WatchOptions {
  readonly rootHelper: readonly string[];
  readonly program: Pick<LinuxIpvpn, 'links'>;
  readonly scheduler?: SchedulerLike | undefined;
}

/**
 * Emits `links` when something may have happened to interfaces that the program asks for, or to their addresses, or to our
 * own devices; and `missed` when it is watched again after it was not. Never completes.
 */
export function watchLinks({
  rootHelper,
  program,
  scheduler = asyncScheduler,
}: WatchOptions): Observable<KernelEvent> {
  return processLines([...rootHelper, 'ip', '-oneline', 'monitor', 'link', 'address']).pipe(
    startWith(STARTED),
    repeat({ delay: () => timer(PAUSE, scheduler) }),
    connect((events$: Observable<ProcessEvent | typeof STARTED>) => {
      const links$ = events$.pipe(
        filter((event) => event !== STARTED && ('ended' in event || concerns(program, event.line))),
        auditTime(BURST, scheduler),
        map(() => ({ event: 'links' as const })),
      );
      const missed$ = events$.pipe(
        filter((event) => event === STARTED || 'ended' in event),
        // There was nothing to miss before the first start.
        skip(1),
        switchMap((event) => (event === STARTED ? timer(START, scheduler) : EMPTY)),
        map(() => ({ event: 'missed' as const })),
      );
      return merge(links$, missed$);
    }),
  );
}

function concerns(program: Pick<LinuxIpvpn, 'links'>, line: string): boolean {
  const name = interfaceIn(line);
  if (name === undefined) return false;
  if (isOwnDevice(name)) return true;
  for (const link of program.links()) if (link === name) return true;
  return false;
}
