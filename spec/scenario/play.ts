import { eventually } from '../support/eventually.ts';
import { assertEstablished } from '../support/looking-glass.ts';
import { REFLECTOR_ADDRESS } from '../lab/underlay.ts';
import { Ports } from './attach.ts';
import { doesNotReach, reaches, spreads } from './checks/check.ts';
import { attachesAll } from './file/order.ts';
import type { Action, Attachment, Journey, Scenario } from './scenario.ts';
import { drawPicture } from './picture.ts';
import { buildStage, type Stage } from './stage.ts';
import type { Teller } from './teller.ts';

export interface Outcome {
  readonly held: number;
  readonly failed: number;
  /** Not all of it could be built, so that the rest was not tried. */
  readonly broken: boolean;
}

export interface PlayOptions {
  /** For files. */
  readonly directory: string;
  /** A file that gets a picture, as soon as everything is attached. */
  readonly picture: string | undefined;
}

/**
 * Builds all of a scenario, attaches everything unless its first step says what is to be attached, and does its steps.
 * A check that fails does not keep the next ones from being made.
 */
export async function play(scenario: Scenario, options: PlayOptions, tell: Teller): Promise<Outcome> {
  const count = { held: 0, failed: 0 };
  const nodes = [...scenario.nodes].map(
    ([name, { evpn, ipvpn }]) => `${name} (evpn ${evpn}, ipvpn ${ipvpn})`,
  );
  let stage: Stage | undefined;
  const isBuilt = await tell.step(
    `route reflector ${scenario.reflector}, nodes ${nodes.join(', ')}`,
    async () => {
      stage = await buildStage(scenario, options.directory);
      return '';
    },
  );
  if (!isBuilt || stage === undefined) return { ...count, broken: true };
  const actor = new Actor(scenario, stage, tell, options);
  if (attachesAll(scenario) && !(await actor.attach([...scenario.attachments.keys()]))) {
    return { ...count, broken: true };
  }
  for (const { say, action } of scenario.steps) {
    if (say !== undefined) tell.say(say);
    if (action === undefined) continue;
    const isDone = await actor.act(action);
    if (isCheck(action)) count[isDone ? 'held' : 'failed'] += 1;
    else if (!isDone) return { ...count, broken: true };
  }
  return { ...count, broken: !(await actor.hasPicture()) };
}

function isCheck({ kind }: Action): boolean {
  return kind === 'reaches' || kind === 'does-not-reach' || kind === 'spreads';
}

class Actor {
  private readonly scenario: Scenario;
  private readonly stage: Stage;
  private readonly tell: Teller;
  private readonly options: PlayOptions;
  private readonly ports: Ports;
  /** By node, what was attached when it failed. */
  private readonly lost = new Map<string, readonly string[]>();

  private isDrawn: boolean;

  constructor(scenario: Scenario, stage: Stage, tell: Teller, options: PlayOptions) {
    this.scenario = scenario;
    this.stage = stage;
    this.tell = tell;
    this.options = options;
    this.isDrawn = options.picture === undefined;
    this.ports = new Ports(scenario, stage);
  }

  /** False if it has failed. */
  async act(action: Action): Promise<boolean> {
    switch (action.kind) {
      case 'attach':
        return await this.attach(action.attachments);
      case 'detach':
        return await this.detach(action.attachments);
      case 'fail':
        return await this.fail(action.node);
      case 'restore':
        return await this.restore(action.node);
      case 'reaches':
        return await this.check(action.check, '→', () => reaches(action.check, this.scenario));
      case 'does-not-reach':
        return await this.check(action.check, '↛', () => doesNotReach(action.check, this.scenario));
      case 'spreads':
        return await this.check(action.check, '⇉', () => spreads(action.check, this.scenario));
    }
  }

  async attach(names: readonly string[]): Promise<boolean> {
    for (const name of names) {
      const what = `attach ${this.describe(name)}`;
      if (!(await this.type(what, () => this.ports.attach(name)))) return false;
    }
    const isComplete = [...this.scenario.attachments.keys()].every((name) => this.ports.has(name));
    return this.isDrawn || !isComplete || (await this.draw());
  }

  /** False if a picture is still wanted. */
  async hasPicture(): Promise<boolean> {
    if (this.isDrawn) return true;
    return await this.tell.step(`picture ${this.options.picture!}`, () =>
      Promise.reject(new Error('at no time was everything attached')),
    );
  }

  private async draw(): Promise<boolean> {
    const { directory, picture } = this.options;
    this.isDrawn = await this.tell.step(`picture ${picture!}`, async () => {
      await drawPicture(this.scenario, this.stage, directory, picture!);
      return '';
    });
    return this.isDrawn;
  }

  private async detach(names: readonly string[]): Promise<boolean> {
    for (const name of names) {
      const what = `detach ${this.describe(name)}`;
      if (!(await this.type(what, () => this.ports.detach(name)))) return false;
    }
    return true;
  }

  /** The node loses its daemon and its wire at once. */
  private async fail(name: string): Promise<boolean> {
    return await this.tell.step(`node ${name} fails: no daemon, no network`, async () => {
      await this.stage.reflector.run(`ip link set to-${name} down`);
      await this.stage.nodes.get(name)!.daemon.program.stop('SIGKILL');
      this.lost.set(name, this.ports.of(name));
      return '';
    });
  }

  private async restore(name: string): Promise<boolean> {
    const isBack = await this.tell.step(`node ${name} is back`, async () => {
      const node = this.stage.nodes.get(name)!;
      await this.stage.reflector.run(`ip link set to-${name} up`);
      await node.start();
      await eventually('BGP session', () => assertEstablished(node.api, REFLECTOR_ADDRESS), 20_000);
      return '';
    });
    return isBack && (await this.attach(this.lost.get(name) ?? []));
  }

  private async type(what: string, work: () => Promise<string>): Promise<boolean> {
    let output = '';
    const isDone = await this.tell.step(what, async () => {
      output = await work();
      return '';
    });
    if (isDone) this.tell.detail(output);
    return isDone;
  }

  private async check(
    { from, to, traffic }: Journey,
    arrow: string,
    work: () => Promise<string>,
  ): Promise<boolean> {
    const { address } = this.scenario.machines.get(to)!;
    const sent = traffic.protocol === 'icmp' ? 'ping' : `${traffic.protocol} ${traffic.port}`;
    return await this.tell.step(`${sent}  ${from} ${arrow} ${to} ${address}`, work);
  }

  private describe(name: string): string {
    const { node, plan }: Attachment = this.scenario.attachments.get(name)!;
    return `${name} on ${node}: ${plan.vpnType} ${plan.vpnInstanceId}, ${plan.ip}`;
  }
}
