import {
  asyncScheduler,
  auditTime,
  filter,
  map,
  type Observable,
  repeat,
  type SchedulerLike,
  timer,
} from 'rxjs';
import { interfaceIn } from '../../lib/dataplane/linux-ipvpn/node-state.ts';
import type { LinuxIpvpn } from '../../lib/dataplane/linux-ipvpn/linux-ipvpn.ts';
import type { KernelEvent } from './linux-ipvpn-keeper.ts';
import { processLines } from './process-lines.ts';

/** Changes come in bursts: what happens within so many milliseconds is one event. */
const BURST = 50;

/** Milliseconds until a monitor that has ended is started again. */
const PAUSE = 1000;

export interface WatchOptions {
  readonly rootHelper: readonly string[];
  readonly program: Pick<LinuxIpvpn, 'links'>;
  readonly scheduler?: SchedulerLike | undefined;
}

/**
 * Emits when something may have happened to interfaces that the program asks for, or to their addresses: also when it can be
 * watched again. Never completes.
 */
export function watchLinks({
  rootHelper,
  program,
  scheduler = asyncScheduler,
}: WatchOptions): Observable<KernelEvent> {
  return processLines([...rootHelper, 'ip', '-oneline', 'monitor', 'link', 'address']).pipe(
    repeat({ delay: () => timer(PAUSE, scheduler) }),
    filter((event) => {
      const name = 'line' in event ? interfaceIn(event.line) : undefined;
      return 'ended' in event || (name !== undefined && isAskedFor(program, name));
    }),
    auditTime(BURST, scheduler),
    map(() => ({ event: 'links' as const })),
  );
}

function isAskedFor(program: Pick<LinuxIpvpn, 'links'>, name: string): boolean {
  for (const link of program.links()) if (link === name) return true;
  return false;
}
