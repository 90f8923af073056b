import type { Confirmation, DataplaneFault, Intent } from '../../lib/dataplane/intent.ts';
import { PortTable } from '../../lib/dataplane/ovs/port-table.ts';
import type { Program, SwitchView } from '../../lib/dataplane/ovs/program.ts';
import type { Row } from '../../lib/dataplane/ovs/row.ts';
import { bundleLines, Switch } from '../../lib/dataplane/ovs/switch.ts';
import type { UnitChange } from '../../lib/dataplane/unit-table.ts';
import { failure, type Result } from '../../lib/result.ts';
import type { Log } from '../log.ts';
import { nameOpenFlow } from './ovs-protocols.ts';
import { RefusalLog } from './ovs-refusals.ts';
import type { OvsTools, Trouble } from './ovs-tools.ts';
import type { SwitchEvent } from './ovs-watch.ts';
import type { Refusals } from './retries.ts';

/** The MAC addresses of the underlay, for a driver that needs them. */
export interface NeighbourView extends Pick<SwitchView, 'neighbourMac' | 'localMac'> {
  /** Finds out those that are not known yet, within a fraction of a second; one that does not answer stays unknown. */
  readonly resolve: (addresses: ReadonlySet<string>) => Promise<void>;
}

/** What the sink does next: an intent, or to attend to something that has happened. */
export type SwitchWork = Intent | SwitchEvent | { readonly event: 'neighbours' | 'again' | 'refused' };

/** Units that one batch tries each on its own, because Open vSwitch refuses them: each takes a process. */
const MOST_REFUSALS = 100;

/** Open vSwitch does not answer, or does not do what it is asked for. */
export interface Outage {
  readonly since: Date;
  readonly reason: string;
}

const NOTHING: ReadonlySet<string> = new Set();

interface Refusal {
  readonly change: UnitChange<Row>;
  readonly fault: DataplaneFault;
}

export interface SwitchKeeperOptions {
  readonly program: Program;
  readonly tools: OvsTools;
  readonly neighbours: NeighbourView | undefined;
  readonly log: Log;
  readonly now: () => number;
}

/** Makes a bridge hold what a program wants, batch by batch, and after an outage all of it again. */
export class SwitchKeeper {
  readonly switch: Switch;
  readonly #program: Program;
  readonly #tools: OvsTools;
  readonly #neighbours: NeighbourView | undefined;
  readonly #log: Log;
  readonly #now: () => number;
  readonly #ports: PortTable;
  readonly #view: SwitchView;
  readonly #refusalLog: RefusalLog;
  /** Whether the bridge has taken something in the last batch that it had refused. */
  #hasYielded = false;
  #outage: Outage | undefined;
  /** Why the bridge does not hold what it should although it answers; it has been logged. */
  #complaint: Outage | undefined;

  constructor({ program, tools, neighbours, log, now }: SwitchKeeperOptions) {
    this.switch = new Switch(program);
    this.#program = program;
    this.#tools = tools;
    this.#neighbours = neighbours;
    this.#log = log;
    this.#refusalLog = new RefusalLog(log);
    this.#now = now;
    this.#ports = new PortTable(program.owner, program.bridge);
    const unknown = (): Result<string, string> => failure('MAC addresses of the underlay are not looked for');
    this.#view = {
      portNumber: (name) => this.#ports.number(name),
      neighbourMac: neighbours?.neighbourMac ?? unknown,
      localMac: neighbours?.localMac ?? unknown,
    };
  }

  get outage(): Outage | undefined {
    return this.#outage;
  }

  /** Why the bridge cannot be programmed; undefined if it can. */
  get trouble(): Outage | undefined {
    return this.#outage ?? this.#complaint;
  }

  /** Whether there is something to be tried again, after the last batch. In an outage nothing is; at its end all is put. */
  get refusals(): Refusals {
    if (this.#outage !== undefined || !this.switch.hasRefused) return 'none';
    return this.#hasYielded ? 'new' : 'same';
  }

  async carryOut(work: readonly SwitchWork[]): Promise<readonly Confirmation[]> {
    this.#hasYielded = false;
    this.switch.take(work.filter((item) => 'key' in item));
    const retried = work.some((item) => isEvent(item, 'refused')) ? this.#refusedUnits() : NOTHING;
    for (const item of work) if ('event' in item) this.#attend(item);
    if (work.some((item) => isEvent(item, 'down') && item.lacksVersion)) await this.#restoreOpenFlow();
    const trouble = await this.#makeItSo(work.some((item) => isEvent(item, 'flows')));
    if (trouble === undefined) this.#settle(retried);
    else this.#giveUp(trouble);
    return this.switch.finish();
  }

  /** A bug: those who wait are told, also where it was not their turn yet, and nothing is known for certain any more. */
  abandon(work: readonly SwitchWork[]): readonly Confirmation[] {
    const fault = { command: undefined, reason: 'internal error' };
    this.#ports.forget();
    this.switch.doubt();
    this.switch.fail(fault);
    const taken = this.switch.finish();
    const told = new Set(taken.map(({ intent }) => intent));
    const others = work.flatMap((item) =>
      'key' in item && !told.has(item) ? [{ intent: item, fault }] : [],
    );
    return [...taken, ...others];
  }

  #attend(event: Exclude<SwitchWork, Intent>): void {
    const { bridge } = this.#program;
    switch (event.event) {
      case 'up':
        if (this.#outage !== undefined) {
          const seconds = ((this.#now() - this.#outage.since.getTime()) / 1000).toFixed(1);
          this.#log.info(`bridge ${bridge} answers again, after ${seconds} s: all of ours is put into it`);
        }
        this.#outage = undefined;
        this.#ports.forget();
        this.switch.doubt();
        break;
      case 'down':
        if (this.#outage === undefined)
          this.#log.warning(`bridge ${bridge} does not answer: ${event.reason}`);
        // The end of a connection comes first, and then why there is no other.
        this.#outage = { since: this.#outage?.since ?? new Date(this.#now()), reason: event.reason };
        break;
      case 'ports':
        this.#ports.forget();
        break;
      case 'neighbours':
        this.switch.renewAll();
        break;
      case 'refused':
        this.switch.retry();
        break;
      case 'flows':
        break;
      case 'again':
        // What was given up is tried again by itself. An outage that has begun meanwhile goes on.
        break;
    }
  }

  /** Others have said which versions of OpenFlow the bridge speaks, and ours is not among them. */
  async #restoreOpenFlow(): Promise<void> {
    const { bridge } = this.#program;
    const named = await nameOpenFlow(this.#tools, bridge);
    if (named.ok) {
      if (named.value)
        this.#log.warning(`bridge ${bridge} did not speak OpenFlow 1.5 any more: it is told to`);
    } else if (this.#outage !== undefined) {
      this.#outage = { ...this.#outage, reason: `${this.#outage.reason}; ${named.fault.fault.reason}` };
    }
  }

  async #makeItSo(checksFlows: boolean): Promise<Trouble | undefined> {
    const { bridge } = this.#program;
    if (this.#outage !== undefined) {
      const reason = `bridge ${bridge} does not answer: ${this.#outage.reason}`;
      return { fault: { command: undefined, reason }, refused: false };
    }
    if (checksFlows && !this.switch.isDoubtful) {
      const flows = await this.#tools.flows();
      if (!flows.ok) return flows.fault;
      if (flows.value !== this.switch.flows) {
        this.#log.warning(
          `bridge ${bridge} has ${flows.value} flows of ours instead of ${this.switch.flows}: all are put again`,
        );
        this.switch.doubt();
      }
    }
    const trouble = await this.#arrangePorts();
    if (trouble !== undefined) return trouble;
    await this.#neighbours?.resolve(this.#program.neighbours());
    const clearing = this.switch.isDoubtful ? await this.#tools.groups() : undefined;
    if (clearing?.ok === false) return clearing.fault;
    const changes = this.switch.plan(this.#view);
    return await this.#put(changes, clearing === undefined ? [] : this.switch.clearing(clearing.value));
  }

  async #arrangePorts(): Promise<Trouble | undefined> {
    const requests = this.#program.ports();
    if (this.#ports.isOutdated(requests)) {
      const ports = await this.#tools.ports();
      if (!ports.ok) return ports.fault;
      this.#ports.observe(ports.value);
    }
    const changes = this.#ports.plan(requests);
    if (changes.length > 0) {
      const changed = await this.#tools.changePorts(changes);
      if (!changed.ok) return changed.fault;
      for (const [name, reason] of changed.value) this.#ports.refuse(name, reason);
      const ports = await this.#tools.ports();
      if (!ports.ok) return ports.fault;
      this.#ports.observe(ports.value);
    }
    if (this.#ports.settle(requests)) this.switch.renewAll();
    return undefined;
  }

  async #put(changes: readonly UnitChange<Row>[], clearing: readonly string[]): Promise<Trouble | undefined> {
    const refused: Refusal[] = [];
    const trouble = await this.#putHalves(changes, clearing, refused);
    this.#refusalLog.note(refused.map(({ change, fault }) => [change.unit, fault]));
    // What was last is first when it is tried again: that is what was not tried on its own.
    for (const { change, fault } of refused.reverse()) this.switch.refuse(change, fault);
    return trouble;
  }

  /** One bundle for all; where it is refused, halves of it, down to the unit that is wrong. */
  async #putHalves(
    changes: readonly UnitChange<Row>[],
    clearing: readonly string[],
    refused: Refusal[],
  ): Promise<Trouble | undefined> {
    if (changes.length === 0 && clearing.length === 0) return undefined;
    const trouble = await this.#tools.bundle([...clearing, ...bundleLines(changes)]);
    if (trouble === undefined) {
      if (clearing.length > 0) this.switch.cleared();
      this.switch.settle(changes);
      return undefined;
    }
    if (!trouble.refused) return trouble;
    if (clearing.length > 0) {
      if (changes.length === 0) return trouble;
      return (await this.#putHalves([], clearing, refused)) ?? (await this.#putHalves(changes, [], refused));
    }
    if (changes.length === 1 || refused.length >= MOST_REFUSALS) {
      for (const change of changes) refused.push({ change, fault: trouble.fault });
      return undefined;
    }
    const middle = changes.length >> 1;
    return (
      (await this.#putHalves(changes.slice(0, middle), [], refused)) ??
      (await this.#putHalves(changes.slice(middle), [], refused))
    );
  }

  #settle(retried: ReadonlySet<string>): void {
    this.#complaint = undefined;
    const refused = this.#refusedUnits();
    this.#hasYielded = [...retried].some((unit) => !refused.has(unit));
    if (refused.size > 0) return;
    this.#refusalLog.forget();
    if (this.#hasYielded) {
      this.#log.info(`bridge ${this.#program.bridge} has taken what it had refused`);
    }
  }

  #refusedUnits(): ReadonlySet<string> {
    return new Set(Array.from(this.switch.refusedUnits(), ([unit]) => unit));
  }

  #giveUp({ fault }: Trouble): void {
    if (this.#outage === undefined && this.#complaint?.reason !== fault.reason) {
      this.#log.warning(`bridge ${this.#program.bridge} is not as it should be: ${fault.reason}`);
      this.#complaint = { since: this.#complaint?.since ?? new Date(this.#now()), reason: fault.reason };
    }
    this.#ports.forget();
    this.switch.doubt();
    this.switch.fail(fault);
  }
}

function isEvent<Name extends Exclude<SwitchWork, Intent>['event']>(
  item: SwitchWork,
  name: Name,
): item is Extract<SwitchWork, { readonly event: Name }> {
  return 'event' in item && item.event === name;
}
