import type { Section } from '../section.ts';
import { ingest } from './ingest.ts';

/** All sections, in the order in which they run and are printed. */
export const SECTIONS: readonly Section[] = [ingest];
