import { clearingLines } from '../../lib/dataplane/linux-ipvpn/clearing.ts';
import { Kernel } from '../../lib/dataplane/linux-ipvpn/kernel.ts';
import type { LinuxIpvpn } from '../../lib/dataplane/linux-ipvpn/linux-ipvpn.ts';
import { isOwnDevice } from '../../lib/dataplane/linux-ipvpn/names.ts';
import {
  type KernelLink,
  type KernelRow,
  type KernelView,
  STAGES,
} from '../../lib/dataplane/linux-ipvpn/row.ts';
import { runsOf } from '../../lib/dataplane/linux-ipvpn/runs.ts';
import type { Confirmation, DataplaneFault, Intent } from '../../lib/dataplane/intent.ts';
import type { UnitChange } from '../../lib/dataplane/unit-table.ts';
import { failure, type Result, success } from '../../lib/result.ts';
import type { Log } from '../log.ts';
import type { LinuxNode } from './linux-node.ts';

/** `start`: a former run may have left something. `links`: interfaces may be others than they were. */
export interface KernelEvent {
  readonly event: 'start' | 'links';
}

/** What the sink does next: an intent, or to attend to something that has happened. */
export type KernelWork = Intent | KernelEvent;

export interface KernelKeeperOptions {
  readonly program: LinuxIpvpn;
  readonly node: LinuxNode;
  readonly log: Log;
}

/** Makes the kernel hold what the program wants, batch by batch. */
export class KernelKeeper {
  readonly kernel: Kernel;
  readonly #program: LinuxIpvpn;
  readonly #node: LinuxNode;
  readonly #log: Log;
  /** Those that the program asks for. */
  readonly #links = new Map<string, KernelLink>();
  /** What sysctls are that we have not changed, or were before; undefined if the kernel has none. */
  readonly #settings = new Map<string, string | undefined>();
  /** Keys of those that we have changed. */
  readonly #changed = new Set<string>();
  readonly #view: KernelView;
  /** Whether what a former run left is gone. */
  #isClear = false;

  constructor({ program, node, log }: KernelKeeperOptions) {
    this.kernel = new Kernel(program);
    this.#program = program;
    this.#node = node;
    this.#log = log;
    this.#view = {
      link: (name) => known(this.#links, name, `there is no interface ${name}`),
      sysctl: (key) => known(this.#settings, key, 'the kernel has no such sysctl'),
    };
  }

  async carryOut(work: readonly KernelWork[]): Promise<readonly Confirmation[]> {
    this.kernel.take(work.filter((item) => 'key' in item));
    const fault = await this.#observe(work);
    if (fault === undefined) {
      await this.#make(this.kernel.plan(this.#view));
    } else {
      this.#log.warning(`${fault.command ?? 'dataplane'}: ${fault.reason}`);
      this.kernel.fail(fault);
    }
    return this.kernel.finish();
  }

  /** A bug: those who wait are told. */
  abandon(work: readonly KernelWork[]): readonly Confirmation[] {
    const fault = { command: undefined, reason: 'internal error' };
    this.kernel.fail(fault);
    const taken = this.kernel.finish();
    const told = new Set(taken.map(({ intent }) => intent));
    const others = work.flatMap((item) =>
      'key' in item && !told.has(item) ? [{ intent: item, fault }] : [],
    );
    return [...taken, ...others];
  }

  /** Removes all that is ours, of this run or a former one; what that was. */
  async clear(): Promise<Result<readonly string[], DataplaneFault>> {
    const links = await this.#node.links();
    if (!links.ok) return links;
    const rules = await this.#node.ownRules();
    if (!rules.ok) return rules;
    const gateways = await this.#node.gateways();
    if (!gateways.ok) return gateways;
    const routes = await this.#node.countOwnRoutes('ip');
    if (!routes.ok) return routes;
    const labels = await this.#node.countOwnRoutes('mpls');
    if (!labels.ok) return labels;
    const devices = [...links.value.keys()];
    for (const { stage, ...line } of clearingLines({
      devices,
      rules: rules.value,
      gateways: gateways.value,
    })) {
      const { tool } = STAGES.find((entry) => entry.stage === stage)!;
      const [fault] = (await this.#node.carryOut(tool, [line])).values();
      if (fault !== undefined) return failure(fault);
    }
    const counts = [
      [rules.value.length, 'policy rules'],
      [routes.value, 'routes'],
      [labels.value, 'label routes'],
      [gateways.value.length, 'addresses of gateways'],
    ] as const;
    return success([
      ...counts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`),
      ...devices.filter(isOwnDevice).map((name) => `device ${name}`),
    ]);
  }

  async #observe(work: readonly KernelWork[]): Promise<DataplaneFault | undefined> {
    if (!this.#isClear) {
      const cleared = await this.clear();
      if (!cleared.ok) return cleared.fault;
      if (cleared.value.length > 0)
        this.#log.info(`removed what a former run has left: ${cleared.value.join(', ')}`);
      this.#isClear = true;
    }
    // For those who wait for an answer a look is worth its time: what others have just changed may not have been told yet.
    const isStructuralWork = work.some((item) => 'key' in item && isStructural(item));
    const hasChanges = work.some((item) => 'event' in item && item.event === 'links');
    const fault = await this.#observeLinks(isStructuralWork || hasChanges);
    if (fault !== undefined) return fault;
    if (hasChanges) this.kernel.retry();
    await this.#observeSettings(isStructuralWork);
    return undefined;
  }

  async #observeLinks(looksAgain: boolean): Promise<DataplaneFault | undefined> {
    const names = new Set(this.#program.links());
    for (const name of this.#links.keys()) if (!names.has(name)) this.#forget(name);
    if (!looksAgain && names.size === this.#links.size) return undefined;
    const found = await this.#node.links();
    if (!found.ok) return found.fault;
    for (const name of names) this.#observeLink(name, found.value.get(name));
    return undefined;
  }

  #observeLink(name: string, link: KernelLink | undefined): void {
    const former = this.#links.get(name);
    if (former?.index === link?.index && former?.up === link?.up && former?.master === link?.master) return;
    // Another interface of the same name has sysctls of its own.
    if (former?.index !== link?.index) this.#forget(name);
    if (link !== undefined) this.#links.set(name, link);
    this.kernel.renew(this.#program.unitsOn(name));
  }

  #forget(link: string): void {
    this.#links.delete(link);
    for (const key of this.#settings.keys()) {
      if (!key.includes(`/${link}/`)) continue;
      this.#settings.delete(key);
      this.#changed.delete(key);
    }
  }

  async #observeSettings(looksAgain: boolean): Promise<void> {
    const keys = [...this.#program.sysctls()].filter((key) => !this.#changed.has(key));
    if (!looksAgain && keys.every((key) => this.#settings.has(key))) return;
    const values = await this.#node.settings(keys);
    for (const key of keys) this.#settings.set(key, values.get(key));
  }

  async #make(changes: readonly UnitChange<KernelRow>[]): Promise<void> {
    const faults = new Map<UnitChange<KernelRow>, DataplaneFault>();
    for (const { tool, lines } of runsOf(changes, faults)) {
      for (const [index, fault] of await this.#node.carryOut(tool, lines)) {
        const { change } = lines[index]!;
        if (!faults.has(change)) faults.set(change, fault);
      }
    }
    this.#complain(faults);
    this.kernel.settleWith(changes, faults);
    for (const change of changes) this.#notePuts(change.puts);
    for (const change of changes) if (!faults.has(change)) this.#noteRemovals(change.removals);
  }

  /** What we did ourselves need not be found out again. */
  #notePuts(puts: readonly KernelRow[]): void {
    for (const { stage, key } of puts) {
      if (stage === 'setting') this.#changed.add(key);
      if (stage !== 'port') continue;
      const name = key.slice('link '.length);
      const link = this.#links.get(name);
      if (link !== undefined) this.#links.set(name, { ...link, up: true });
    }
  }

  #noteRemovals(removals: readonly KernelRow[]): void {
    for (const { stage, key } of removals) if (stage === 'setting') this.#changed.delete(key);
  }

  /** There may be very many of a kind. */
  #complain(faults: ReadonlyMap<UnitChange<KernelRow>, DataplaneFault>): void {
    const [first] = faults;
    if (first === undefined) return;
    const [{ unit }, { command, reason }] = first;
    const others = faults.size === 1 ? '' : ` (and ${faults.size - 1} more)`;
    this.#log.warning(`${unit}: ${command ?? 'dataplane'}: ${reason}${others}`);
  }
}

/** What there may be very many of is left to itself. */
export function isStructural({ key }: Intent): boolean {
  return !/^\d+\/remote-prefix\//.test(key);
}

function known<T>(
  values: ReadonlyMap<string, T | undefined>,
  name: string,
  complaint: string,
): Result<T, string> {
  const value = values.get(name);
  return value === undefined ? failure(complaint) : success(value);
}
