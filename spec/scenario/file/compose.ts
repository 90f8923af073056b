import { parseRouteTarget } from '../../../lib/net/route-target.ts';
import { failure, type Result, success } from '../../../lib/result.ts';
import { type Attachment, type Machine, type Scenario, type Service, SHARED } from '../scenario.ts';
import { attachWords, type OptionValue, readWords } from './attach-words.ts';
import { expected, type Fault } from './fault.ts';
import type { Path } from './located.ts';
import { checkOrder } from './order.ts';
import type { ScenarioFile } from './schema.ts';
import { composeStep } from './steps.ts';

/** Makes a scenario of a file: each name is found, or a fault says what was expected in its place. */
export function compose(file: ScenarioFile): Result<Scenario, readonly Fault[]> {
  const faults: Fault[] = [];
  const complain = (path: Path, message: string): void => void faults.push({ path, message });
  const nodes = new Map(Object.entries(file.nodes));
  const routeTargets = new Map(Object.entries(file['route-targets']));
  for (const [name, value] of routeTargets) {
    if (parseRouteTarget(value) === undefined) complain(['route-targets', name], 'expected a route target');
  }
  if (faults.length > 0) return failure(faults);

  const attachments = new Map<string, Attachment>();
  for (const [name, { node, ...options }] of Object.entries(file.attachments)) {
    const path = ['attachments', name];
    if (!nodes.has(node)) complain([...path, 'node'], expected([...nodes.keys()]));
    const made = composeAttachment(name, node, options, { attachments, routeTargets });
    if (made.ok) attachments.set(name, made.value);
    // It may be about one before it that is wrong itself.
    else if (!isAbout(options, faults)) {
      const { option, message } = made.fault;
      complain(option === undefined ? path : [...path, option], message);
    }
  }
  if (faults.length > 0) return failure(faults);

  const classified = Object.entries(file.attachments).find(([, options]) => 'redirect-rts' in options);
  if (file.reflector === 'frr' && classified !== undefined) {
    const reason = `frr has no FlowSpec, which redirect-rts of ${classified[0]} needs`;
    complain(['reflector'], `expected gobgp: ${reason}`);
  }
  const machines = new Map<string, Machine>();
  for (const { name, node, plan } of attachments.values()) {
    if (plan.port.kind !== 'netns') continue;
    const there = machines.get(plan.port.netns);
    if (TAKEN.test(plan.port.netns)) {
      const option = 'netns' in file.attachments[name]! ? 'netns' : 'vpn-instance-id';
      complain(
        ['attachments', name, option],
        `${plan.port.netns}: expected a name that does not begin with node-`,
      );
    }
    if (there === undefined) {
      const [address] = plan.ip.split('/') as [string];
      machines.set(plan.port.netns, { name: plan.port.netns, node, address });
    } else if (there.node !== node) {
      complain(['attachments', name, 'node'], `the namespace ${there.name} is on node ${there.node} already`);
    }
  }
  const services = new Map<string, Service>();
  for (const [name, sides] of Object.entries(file.services)) {
    const machine = machines.get(name);
    if (name === SHARED)
      complain(['services', name], `expected another name: ${SHARED} is a word of spreads`);
    if (machine === undefined) {
      complain(['services', name], expected([...machines.keys()]));
      continue;
    }
    const interfaces = interfacesOf(name, attachments);
    for (const each of Object.keys(sides)) {
      if (!interfaces.includes(each)) complain(['services', name, each], expected(interfaces));
    }
    const pairs = Object.entries(sides).map(([each, gateway]) => ({ interface: each, gateway }));
    services.set(name, { machine, sides: pairs });
  }
  const known = { nodes, attachments, machines, services };
  const steps = file.steps.map((step, index) => composeStep(step, ['steps', index], known, complain));
  if (faults.length > 0) return failure(faults);
  checkOrder({ attachments, steps }, complain);
  if (faults.length > 0) return failure(faults);
  const { title, about, reflector } = file;
  return success({ title, about, reflector, routeTargets, ...known, steps });
}

/** Namespaces of the nodes and of the reflector. */
const TAKEN = /^node-/;

function isAbout({ mac }: Readonly<Record<string, OptionValue>>, faults: readonly Fault[]): boolean {
  return typeof mac === 'string' && faults.some(({ path }) => path[0] === 'attachments' && path[1] === mac);
}

interface Context {
  readonly attachments: ReadonlyMap<string, Attachment>;
  readonly routeTargets: ReadonlyMap<string, string>;
}

function composeAttachment(
  name: string,
  node: string,
  { mac, ...options }: Readonly<Record<string, OptionValue>>,
  { attachments, routeTargets }: Context,
): Result<Attachment, { readonly option?: string; readonly message: string }> {
  const macOf = typeof mac === 'string' && attachments.has(mac) ? mac : undefined;
  if (macOf !== undefined && attachments.get(macOf)!.plan.port.kind !== 'netns') {
    return failure({ option: 'mac', message: `${macOf} has no namespace to ask for its MAC address` });
  }
  const given = mac === undefined || macOf !== undefined ? options : { ...options, mac };
  const words = attachWords(given, routeTargets);
  if (!words.ok) return words;
  const plan = readWords(macOf === undefined ? words.value : [...words.value, '--mac', '02:00:00:00:00:00']);
  if (!plan.ok) return plan;
  return success({ name, node, words: words.value, macOf, plan: plan.value });
}

function interfacesOf(machine: string, attachments: ReadonlyMap<string, Attachment>): readonly string[] {
  const ports = [...attachments.values()].map(({ plan }) => plan.port);
  return ports.flatMap((port) => (port.kind === 'netns' && port.netns === machine ? [port.inside] : []));
}
