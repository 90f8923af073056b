/**
 * Loaded into a daemon that is measured (`node --import`): tells, at the Unix socket BENCH_OBSERVER, what cannot be seen
 * from outside. A line with a word is answered by a line of JSON.
 *
 *     observe  → {"heap": <bytes>, "blocked": <milliseconds>}: the longest time that the event loop was blocked since
 *                the observation before
 *     collect  → the same, after a garbage collection
 */
import { createServer } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import process from 'node:process';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const { BENCH_OBSERVER } = process.env;
if (!BENCH_OBSERVER) throw new Error('BENCH_OBSERVER must be the path of a Unix socket to listen at');

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');

/** Milliseconds; part of each delay that is measured. */
const RESOLUTION = 1;
const delay = monitorEventLoopDelay({ resolution: RESOLUTION });
delay.enable();

const server = createServer((socket) => {
  socket.on('data', (word) => {
    const blocked = delay.max / 1e6 - RESOLUTION;
    if (word.toString().trim() === 'collect') collect();
    socket.write(`${JSON.stringify({ heap: process.memoryUsage().heapUsed, blocked })}\n`);
    delay.reset();
  });
  socket.on('error', () => undefined);
});
server.listen(BENCH_OBSERVER);
server.unref();
