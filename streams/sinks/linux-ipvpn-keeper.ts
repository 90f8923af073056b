import { clearingLines, PORT_DEFAULTS } from '../../lib/dataplane/linux-ipvpn/clearing.ts';
import { formerLabels, takesFirstRule, without } from '../../lib/dataplane/linux-ipvpn/fit-changes.ts';
import { Kernel } from '../../lib/dataplane/linux-ipvpn/kernel.ts';
import type { LinuxIpvpn } from '../../lib/dataplane/linux-ipvpn/linux-ipvpn.ts';
import { loseRowsOn } from '../../lib/dataplane/linux-ipvpn/lost-rows.ts';
import { isOwnDevice, isVrfDevice, tableOf } from '../../lib/dataplane/linux-ipvpn/names.ts';
import {
  type KernelLink,
  type KernelRow,
  type KernelView,
  STAGES,
} from '../../lib/dataplane/linux-ipvpn/row.ts';
import { FIRST_RULE, PLATFORM_LABELS } from '../../lib/dataplane/linux-ipvpn/node-rows.ts';
import { amendsOf, trialsOf } from '../../lib/dataplane/linux-ipvpn/refused-routes.ts';
import { runsOf } from '../../lib/dataplane/linux-ipvpn/runs.ts';
import { rivalOf } from '../../lib/dataplane/linux-ipvpn/tunnel.ts';
import type { Confirmation, DataplaneFault, Intent } from '../../lib/dataplane/intent.ts';
import type { UnitChange } from '../../lib/dataplane/unit-table.ts';
import { failure, type Result, success } from '../../lib/result.ts';
import type { Log } from '../log.ts';
import type { LinuxNode } from './linux-node.ts';
import type { Refusals } from './retries.ts';

/**
 * `start`: a former run may have left something. `links`: interfaces may be others than they were. `missed`: they may also
 * have been others in the meantime. `again`: what was refused may be taken now.
 */
export interface KernelEvent {
  readonly event: 'start' | 'links' | 'missed' | 'again';
}

/** What the sink does next: an intent, or to attend to something that has happened. */
export type KernelWork = Intent | KernelEvent;

type KernelFaults = ReadonlyMap<UnitChange<KernelRow>, DataplaneFault>;

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
  /** Devices that we have made; undefined: not seen yet. */
  readonly #devices = new Map<string, KernelLink | undefined>();
  /** What others have in tables of VRFs that are not there yet; undefined: nothing. */
  readonly #strangers = new Map<number, string | undefined>();
  /** What sysctls are that we have not changed, or were before; undefined if the kernel has none. */
  readonly #settings = new Map<string, string | undefined>();
  /** Keys of those that we have changed. */
  readonly #changed = new Set<string>();
  readonly #view: KernelView;
  /** Whether what a former run left is gone. */
  #isClear = false;
  /** Whether the last batch could not be made at all, */
  #isBehind = false;
  /** or something of it was refused that was not before. */
  #isNew = false;

  constructor({ program, node, log }: KernelKeeperOptions) {
    this.kernel = new Kernel(program);
    this.#program = program;
    this.#node = node;
    this.#log = log;
    this.#view = {
      link: (name) => known(this.#links, name, `there is no interface ${name}`),
      sysctl: (key) => known(this.#settings, key, 'the kernel has no such sysctl'),
      stranger: (table) => this.#strangers.get(table),
    };
  }

  async carryOut(work: readonly KernelWork[]): Promise<readonly Confirmation[]> {
    this.kernel.take(work.filter((item) => 'key' in item));
    const fault = await this.#observe(work);
    if (fault === undefined) {
      const known = new Map(this.kernel.refusedUnits());
      await this.#make(this.kernel.plan(this.#view));
      this.#isNew = this.#complain(known);
    } else {
      this.#log.warning(`${fault.command ?? 'dataplane'}: ${fault.reason}`);
      this.kernel.fail(fault);
    }
    this.#isBehind = fault !== undefined;
    return this.kernel.finish();
  }

  /** Whether there is something to be tried again, after the last batch, and whether it is new. */
  get refusals(): Refusals {
    if (!this.kernel.hasRefused) return this.#isBehind ? 'same' : 'none';
    return this.#isNew ? 'new' : 'same';
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
    const ports = [...links.value].flatMap(([name, { master }]) =>
      master !== undefined && isVrfDevice(master) ? [name] : [],
    );
    const defaults = await this.#node.settings(ports.length === 0 ? [] : PORT_DEFAULTS);
    const lines = clearingLines({
      devices,
      ports,
      defaults,
      rules: rules.value,
      gateways: gateways.value,
    });
    for (const [index, { stage }] of lines.entries()) {
      if (stage === lines[index - 1]?.stage) continue;
      const { tool } = STAGES.find((entry) => entry.stage === stage)!;
      const [fault] = (
        await this.#node.carryOut(
          tool,
          lines.filter((line) => line.stage === stage),
        )
      ).values();
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
    const hasEvent = (event: KernelEvent['event']): boolean =>
      work.some((item) => 'event' in item && item.event === event);
    const hasMissed = hasEvent('missed');
    const fault =
      (await this.#observeLinks(isStructuralWork || hasMissed || hasEvent('links'), hasMissed)) ??
      (await this.#observeTables(work));
    if (fault !== undefined) return fault;
    if (work.some((item) => 'event' in item && item.event !== 'start')) this.kernel.retry();
    await this.#observeSettings(isStructuralWork);
    return undefined;
  }

  /** `hasMissed`: whoever is as they were may have been otherwise. */
  async #observeLinks(looksAgain: boolean, hasMissed: boolean): Promise<DataplaneFault | undefined> {
    const names = new Set(this.#program.links());
    for (const name of this.#links.keys()) if (!names.has(name)) this.#forget(name);
    if (!looksAgain && names.size === this.#links.size) return undefined;
    const found = await this.#node.links();
    if (!found.ok) return found.fault;
    const others = [...names].filter((name) => this.#observeLink(name, found.value.get(name)));
    const own = [...this.#devices.keys()].filter((name) => this.#observeDevice(name, found.value.get(name)));
    loseRowsOn(this.kernel, new Set(hasMissed ? [...names, ...this.#devices.keys()] : [...others, ...own]));
    return undefined;
  }

  /** Whether it is not as it was. */
  #observeLink(name: string, link: KernelLink | undefined): boolean {
    const former = this.#links.get(name);
    if (former?.index === link?.index && former?.up === link?.up && former?.master === link?.master)
      return false;
    // Another interface of the same name has sysctls of its own.
    if (former?.index !== link?.index) this.#forget(name);
    if (link !== undefined) this.#links.set(name, link);
    this.kernel.renew(this.#program.unitsOn(name));
    return true;
  }

  /** Whether it is not as we have made it. */
  #observeDevice(name: string, link: KernelLink | undefined): boolean {
    const former = this.#devices.get(name);
    this.#devices.set(name, link);
    if (link?.up === true && (former === undefined || former.index === link.index)) return false;
    this.#log.warning(`${name} was removed or set down by somebody else: it is made again`);
    return true;
  }

  /** Looks whether others have what a VRF is to have that comes. */
  async #observeTables(work: readonly KernelWork[]): Promise<DataplaneFault | undefined> {
    const coming = new Set(work.flatMap((item) => ('key' in item && isVrf(item) ? [item.instance] : [])));
    for (const instance of coming) {
      if (this.kernel.rowsOfUnit(`${instance}/vrf`).length > 0) continue;
      const table = tableOf(instance);
      const stranger = await this.#node.strangerIn(table);
      if (!stranger.ok) return stranger.fault;
      this.#strangers.set(table, stranger.value);
    }
    return undefined;
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

  async #make(planned: readonly UnitChange<KernelRow>[]): Promise<void> {
    const changes = await this.#fit(planned);
    const faults = await this.#explain(await this.#carryOut(changes));
    const trials = trialsOf(faults);
    const amends = amendsOf(faults, trials, await this.#carryOut(trials.map(({ change }) => change)));
    const failed = await this.#carryOut(amends.map(({ change }) => change));
    this.kernel.settleWith(
      changes,
      faults,
      amends.filter(({ change }) => !failed.has(change)),
    );
    for (const change of changes) this.#notePuts(change.puts);
    for (const change of changes) {
      if (faults.has(change)) continue;
      for (const name of devicesOf(change.puts)) this.#devices.set(name, undefined);
      for (const name of devicesOf(change.removals)) this.#devices.delete(name);
      this.#noteRemovals(change.removals);
    }
  }

  /** Nobody says when others change what these depend on: the kernel is asked when it matters. */
  async #fit(changes: readonly UnitChange<KernelRow>[]): Promise<readonly UnitChange<KernelRow>[]> {
    let fit = changes;
    if (takesFirstRule(fit)) {
      const hasRule = await this.#node.hasFirstRule();
      // A rule that is not there must not come back.
      if (hasRule.ok && !hasRule.value) fit = without(fit, FIRST_RULE);
    }
    const labels = formerLabels(fit);
    if (labels !== undefined) {
      const highest = await this.#node.highestLabel();
      // The kernel would drop the routes for labels that it no longer has.
      if (!highest.ok || highest.value >= labels) fit = without(fit, PLATFORM_LABELS);
    }
    return fit;
  }

  /** Where a tunnel could not be made because somebody else has it, that is said. */
  async #explain(faults: KernelFaults): Promise<KernelFaults> {
    const explained = new Map(faults);
    for (const [change, fault] of faults) {
      const tunnel = this.#program.tunnel(change.unit);
      if (tunnel === undefined) continue;
      const found = await this.#node.tunnels(tunnel.type);
      const rival = found.ok ? rivalOf(tunnel, found.value) : undefined;
      if (rival === undefined) continue;
      const reason = `${rival}, which is not ours, has the ends of ${tunnel.name}: local ${tunnel.local}, remote ${tunnel.remote}`;
      explained.set(change, { ...fault, reason });
    }
    return explained;
  }

  /** What became of those that failed. */
  async #carryOut(changes: readonly UnitChange<KernelRow>[]): Promise<KernelFaults> {
    const faults = new Map<UnitChange<KernelRow>, DataplaneFault>();
    for (const { tool, lines } of runsOf(changes, faults)) {
      for (const [index, fault] of await this.#node.carryOut(tool, lines)) {
        const { change } = lines[index]!;
        if (!faults.has(change)) faults.set(change, fault);
      }
    }
    return faults;
  }

  /** What we did ourselves need not be found out again. */
  #notePuts(puts: readonly KernelRow[]): void {
    for (const { stage, key, master } of puts) {
      if (stage === 'setting') this.#changed.add(key);
      if (stage !== 'port') continue;
      const name = key.slice(LINK.length);
      const link = this.#links.get(name);
      if (link !== undefined) this.#links.set(name, { ...link, up: true, master });
    }
  }

  #noteRemovals(removals: readonly KernelRow[]): void {
    for (const { stage, key } of removals) if (stage === 'setting') this.#changed.delete(key);
  }

  /** Of what is new: it is tried again and again, and there may be very many of a kind. Whether something is. */
  #complain(known: ReadonlyMap<string, DataplaneFault>): boolean {
    let first: string | undefined;
    let others = -1;
    for (const [unit, { command, reason }] of this.kernel.refusedUnits()) {
      if (known.get(unit)?.reason === reason) continue;
      first ??= `${unit}: ${command ?? 'dataplane'}: ${reason}`;
      others += 1;
    }
    if (first === undefined) return false;
    this.#log.warning(`${first}${others === 0 ? '' : ` (and ${others} more)`}`);
    return true;
  }
}

/** What keys of rows of interfaces begin with. */
const LINK = 'link ';

function devicesOf(rows: readonly KernelRow[]): readonly string[] {
  return rows.flatMap(({ stage, key }) =>
    stage === 'device' && key.startsWith(LINK) ? [key.slice(LINK.length)] : [],
  );
}

function isVrf({ state }: Intent): boolean {
  return state?.kind === 'vrf';
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
