import { type Action, type Journey, type Scenario, SHARED, type Step } from '../scenario.ts';
import { expected } from './fault.ts';
import type { Path } from './located.ts';
import type { StepFile } from './schema.ts';

type Known = Pick<Scenario, 'nodes' | 'attachments' | 'machines' | 'services'>;
type Complain = (path: Path, message: string) => void;

/** A step of a file; complains of names that stand for nothing. */
export function composeStep(step: StepFile, path: Path, known: Known, complain: Complain): Step {
  return { say: step.say, action: composeAction(step, path, known, complain) };
}

function composeAction(step: StepFile, path: Path, known: Known, complain: Complain): Action | undefined {
  /** Complains of each of the names, at the place `where` below the step, that is none of `things`. */
  const look = (things: ReadonlyMap<string, unknown>, names: readonly string[], ...where: Path): void => {
    for (const name of names) {
      if (!things.has(name)) complain([...path, ...where], `${name}: ${expected([...things.keys()])}`);
    }
  };
  const { attachments, nodes, machines, services } = known;
  const journey = (kind: string, { from, to, with: traffic }: JourneyFile): Journey => {
    look(machines, [from], kind, 'from');
    look(machines, [to], kind, 'to');
    return { from, to, traffic };
  };
  const lookAtAnswers = (
    kind: string,
    { back, with: traffic }: Pick<NonNullable<StepFile['reaches']>, 'back' | 'with'>,
  ): void => {
    if (back === undefined || traffic.protocol !== 'udp') return;
    complain([...path, kind, 'back'], 'expected nothing: UDP is not answered');
  };
  for (const kind of ['attach', 'detach'] as const) {
    const names = step[kind];
    if (names === undefined) continue;
    look(attachments, names, kind);
    return { kind, attachments: names };
  }
  for (const kind of ['fail', 'restore'] as const) {
    const node = step[kind];
    if (node === undefined) continue;
    look(nodes, [node], kind);
    return { kind, node };
  }
  if (step.reaches !== undefined) {
    const { through, back, ...rest } = step.reaches;
    look(services, through ?? [], 'reaches', 'through');
    look(services, back ?? [], 'reaches', 'back');
    lookAtAnswers('reaches', step.reaches);
    return { kind: 'reaches', check: { ...journey('reaches', rest), through, back } };
  }
  if (step['does-not-reach'] !== undefined) {
    const { 'seen-at': seenAt, ...rest } = step['does-not-reach'];
    look(services, seenAt ?? [], 'does-not-reach', 'seen-at');
    return { kind: 'does-not-reach', check: { ...journey('does-not-reach', rest), seenAt } };
  }
  if (step.spreads !== undefined) {
    const { flows, over, through, back, ...rest } = step.spreads;
    look(services, over, 'spreads', 'over');
    for (const way of ['through', 'back'] as const) {
      const others = step.spreads[way]?.filter((each) => each !== SHARED) ?? [];
      look(services, others, 'spreads', way);
      const shared = others.filter((each) => over.includes(each));
      for (const each of shared)
        complain([...path, 'spreads', way], `${each}: expected ${SHARED} in its place`);
    }
    // The answers may go by another way.
    if (through !== undefined && !through.includes(SHARED)) {
      complain([...path, 'spreads', 'through'], `expected ${SHARED} among them, where the flows are shared`);
    }
    lookAtAnswers('spreads', step.spreads);
    if (rest.with.protocol === 'icmp')
      complain([...path, 'spreads', 'with'], 'expected tcp PORT or udp PORT');
    return { kind: 'spreads', check: { ...journey('spreads', rest), flows, over, through, back } };
  }
  return undefined;
}

type JourneyFile = Pick<NonNullable<StepFile['does-not-reach']>, 'from' | 'to' | 'with'>;
