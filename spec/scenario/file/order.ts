import type { Scenario } from '../scenario.ts';
import type { Path } from './located.ts';

type Played = Pick<Scenario, 'attachments' | 'steps'>;
type Complain = (path: Path, message: string) => void;

/** Complains of steps that make no sense after those before them. */
export function checkOrder(scenario: Played, complain: Complain): void {
  const { attachments, steps } = scenario;
  const failed = new Set<string>();
  /** Machines that are there: detaching leaves them. */
  const made = new Set<string>();
  const attach = (names: readonly string[]): void => {
    for (const name of names) {
      const port = attachments.get(name)?.plan.port;
      if (port?.kind === 'netns') made.add(port.netns);
    }
  };
  if (attachesAll(scenario)) attach([...attachments.keys()]);
  for (const [index, { action }] of steps.entries()) {
    if (action === undefined) continue;
    const path = ['steps', index, action.kind];
    switch (action.kind) {
      case 'attach':
      case 'detach':
        for (const name of action.attachments) {
          const node = attachments.get(name)?.node;
          if (node === undefined || !failed.has(node)) continue;
          complain(path, `${name}: node ${node} has failed; expected restore: ${node} before`);
        }
        if (action.kind === 'attach') attach(action.attachments);
        break;
      case 'fail':
        if (failed.has(action.node))
          complain(path, `${action.node} has failed already; expected restore before`);
        failed.add(action.node);
        break;
      case 'restore':
        if (!failed.delete(action.node))
          complain(path, `${action.node} has not failed; expected fail before`);
        break;
      default:
        for (const end of ['from', 'to'] as const) {
          const machine = action.check[end];
          if (!made.has(machine))
            complain([...path, end], `${machine}: expected attach before, as it is not there yet`);
        }
    }
  }
}

/** Whether everything is attached before the first step: unless that says what is. */
export function attachesAll({ steps: [first] }: Pick<Scenario, 'steps'>): boolean {
  return first?.action?.kind !== 'attach';
}
