import { Pool } from 'undici';
import type { Attachment } from '../../support/api-client.ts';
import { attachment } from '../attachment.ts';
import type { Contender } from '../daemons/contender.ts';
import { percentiles } from '../percentiles.ts';
import { postPort } from '../rest-client.ts';
import type { Row, Section } from '../section.ts';
import { costOf } from '../process-cost.ts';
import { withTestBed } from '../test-bed.ts';

/** Requests that are under way at the same time, each on a connection of its own: about what Neutron agents of a node do. */
const CONNECTIONS = 8;
const REQUESTS = 5000;
/** Requests before the measurement: the first ones find nothing compiled. */
const WARM_UP = 1000;
const VRFS = 100;

export const rest: Section = {
  name: 'rest',
  title: 'Attach and detach',
  about:
    `${REQUESTS} ports in ${VRFS} VRFs, over ${CONNECTIONS} connections, dummy dataplane; ${WARM_UP} requests before ` +
    'them. A connection waits for its answer before it sends the next request.',
  async measure({ contenders, tell }) {
    const rows: Row[] = [];
    for (const { contender } of contenders.filter(({ contender: { hasApi } }) => hasApi)) {
      tell(`${contender.name}: ${REQUESTS} attachments ...`);
      rows.push(...(await measureRest(contender)));
    }
    return rows;
  },
};

function measureRest(contender: Contender): Promise<readonly Row[]> {
  return withTestBed(contender, {}, async ({ running }) => {
    const pool = new Pool(running.apiUrl!, { connections: CONNECTIONS });
    const measure = async (request: 'attach' | 'detach', bodies: readonly Attachment[]): Promise<Row> => {
      const before = costOf(running.pid);
      const row = await sendAll(pool, request, bodies);
      const milliseconds = 1000 * (costOf(running.pid).cpu - before.cpu);
      return { daemon: contender.name, request, ...row, 'CPU ms each': milliseconds / bodies.length };
    };
    try {
      await measure('attach', ports(REQUESTS, WARM_UP));
      await measure('detach', ports(REQUESTS, WARM_UP));
      return [await measure('attach', ports(0, REQUESTS)), await measure('detach', ports(0, REQUESTS))];
    } finally {
      await pool.close();
    }
  });
}

function ports(first: number, count: number): readonly Attachment[] {
  return Array.from({ length: count }, (_, index) => {
    const number = first + index;
    return attachment(number % VRFS, 1 + Math.floor(number / VRFS));
  });
}

/** Sends one request for each port, as many at a time as there are connections. */
async function sendAll(pool: Pool, request: 'attach' | 'detach', ports: readonly Attachment[]): Promise<Row> {
  const waiting = ports.values();
  const milliseconds: number[] = [];
  const worker = async (): Promise<void> => {
    for (const port of waiting) milliseconds.push(await postPort(pool, request, port));
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: CONNECTIONS }, worker));
  const seconds = (performance.now() - start) / 1000;
  return { 'requests per second': Math.round(ports.length / seconds), ...percentiles(milliseconds) };
}
