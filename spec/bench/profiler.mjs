/**
 * Loaded into Node.js programs (`node --import`, also from NODE_OPTIONS, which does not take `--cpu-prof`): each writes,
 * when it ends, a profile of its whole run to the directory PROFILE_DIRECTORY. PROFILE says of what:
 *
 *     cpu          → <program>.<pid>.cpuprofile (the default)
 *     allocations  → <program>.<pid>.heapprofile: who allocated how many bytes, also those that were collected since
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import { basename, join } from 'node:path';
import process from 'node:process';

const { PROFILE = 'cpu', PROFILE_DIRECTORY = '.' } = process.env;
const program = basename(process.argv[1] ?? 'node').replace(/\.[jt]s$/, '');

const session = new Session();
session.connect();

/** Begins, and at the end of the process writes what `stop` answers, which it does at once: it is all in one thread. */
function profile(ending, start, parameters, stop) {
  session.post(start, parameters);
  process.on('exit', () => {
    session.post(stop, (error, answer) => {
      if (error !== null) return;
      mkdirSync(PROFILE_DIRECTORY, { recursive: true });
      const file = join(PROFILE_DIRECTORY, `${program}.${process.pid}.${ending}`);
      writeFileSync(file, JSON.stringify(answer.profile));
    });
  });
}

if (PROFILE === 'allocations') {
  const garbageToo = { includeObjectsCollectedByMajorGC: true, includeObjectsCollectedByMinorGC: true };
  profile('heapprofile', 'HeapProfiler.startSampling', garbageToo, 'HeapProfiler.stopSampling');
} else {
  session.post('Profiler.enable');
  profile('cpuprofile', 'Profiler.start', {}, 'Profiler.stop');
}
