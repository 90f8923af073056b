import { Bench } from 'tinybench';
import { bestPathOperations } from '../micro/best-path.ts';
import { busOperations } from '../micro/bus.ts';
import { decodeOperations } from '../micro/decode.ts';
import { encodeOperations } from '../micro/encode.ts';
import { ROUTES } from '../micro/operation.ts';
import type { Row, Section } from '../section.ts';

/** The parts of the program, each of which makes what it needs when it is called. */
const PARTS = [decodeOperations, encodeOperations, busOperations, bestPathOperations];

/** Milliseconds for which each operation is repeated, and before that to have it compiled. */
const TIME = 500;
const WARM_UP = 200;

export const micro: Section = {
  name: 'micro',
  title: 'Single operations',
  about:
    `Parts of the program on their own, in one process, ${ROUTES} routes in a run; the median of all runs that fit into ` +
    'half a second, without anything else that a daemon has to do.',
  async measure({ tell }) {
    const bench = new Bench({ time: TIME, warmupTime: WARM_UP, throws: true });
    for (const { name, run, prepare } of PARTS.flatMap((operations) => operations())) {
      bench.add(name, run, prepare === undefined ? {} : { beforeEach: prepare });
    }
    bench.addEventListener('cycle', ({ task }) => tell(`micro: ${task.name}`));
    return (await bench.run()).map(({ name, result }): Row => {
      if (result.state !== 'completed') throw new Error(`${name}: ${result.state}`);
      const milliseconds = result.latency.p50;
      return {
        operation: name,
        'routes per second': Math.round((ROUTES / milliseconds) * 1000),
        'nanoseconds per route': Math.round((milliseconds * 1e6) / ROUTES),
      };
    });
  },
};
