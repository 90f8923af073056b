import type { DifferenceName } from './differences.ts';
import type { RemoteRoute } from './remote-route.ts';
import type { Json } from './side.ts';

/** The body of an API call; route targets are as our side has them. */
export type Body = Readonly<Record<string, Json>>;

/** One thing that happens to both daemons. */
export type Step =
  | {
      readonly kind: 'attach' | 'detach';
      readonly body: Body;
      /** Refused calls change nothing. */
      readonly refused?: Refusal;
    }
  /** A PE elsewhere announces a route, or announces it anew. */
  | { readonly kind: 'announce' | 'withdraw'; readonly route: RemoteRoute }
  /** RT Constraint: somebody elsewhere imports a route target, or does so no longer. */
  | { readonly kind: 'ask' | 'stop-asking'; readonly target: string };

export interface Refusal {
  readonly why: string;
  /** The class of the answer, 4 or 5, if the original's is another one than ours, which is 4. */
  readonly original?: 2 | 4 | 5;
  readonly difference?: DifferenceName;
}

export function formatStep(step: Step): string {
  switch (step.kind) {
    case 'attach':
    case 'detach': {
      const refusal = step.refused === undefined ? '' : ` (to be refused: ${step.refused.why})`;
      return `${step.kind} ${JSON.stringify(step.body)}${refusal}`;
    }
    case 'announce':
    case 'withdraw':
      return `${step.kind} ${JSON.stringify(step.route)}`;
    case 'ask':
    case 'stop-asking':
      return `${step.kind} ${step.target}`;
  }
}
