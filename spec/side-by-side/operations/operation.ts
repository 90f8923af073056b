import type { Model } from '../model.ts';
import type { Random } from '../random.ts';
import type { Step } from '../step.ts';

/** A kind of step. */
export interface Operation {
  readonly name: string;
  /** How often it comes, compared with the others. */
  readonly weight: number;
  /** A step of this kind that makes sense now, if there is one. */
  readonly next: (random: Random, model: Model) => Step | undefined;
}
