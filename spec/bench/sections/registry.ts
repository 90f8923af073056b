import type { Section } from '../section.ts';
import { convergence } from './convergence.ts';
import { ingest } from './ingest.ts';
import { kernelSink } from './kernel-sink.ts';
import { linuxSink } from './linux-sink.ts';
import { memory } from './memory.ts';
import { micro } from './micro.ts';
import { ovsSink } from './ovs-sink.ts';
import { responsiveness } from './responsiveness.ts';
import { rest } from './rest.ts';
import { routeTargetChange } from './route-target-change.ts';
import { scaling } from './scaling.ts';

/** All sections, in the order in which they run and are printed. */
export const SECTIONS: readonly Section[] = [
  ingest,
  convergence,
  routeTargetChange,
  memory,
  scaling,
  rest,
  responsiveness,
  linuxSink,
  ovsSink,
  kernelSink,
  micro,
];
