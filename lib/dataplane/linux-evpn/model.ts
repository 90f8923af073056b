import type { Confirmation, DataplaneFault, EviState, Intent } from '../intent.ts';
import type { Change } from './change.ts';
import { Evi } from './evi.ts';
import { type Layout, layoutOf, leftovers, type Node, ownDevices, tunnelMtu } from './layout.ts';
import type { Link } from './links.ts';
import { linuxBridgeName, vxlanName } from './names.ts';
import { type Lookup, lookup } from './lookup.ts';
import { deletion, ourDevices } from './own-devices.ts';
import { type MemberState, STRUCTURAL } from './rows.ts';
import type { FdbEntry, NeighbourEntry } from './tables.ts';
import { unfit, unfitLink } from './unfit.ts';
import { stalePairs } from './veth-pair.ts';

/**
 * After this many new entries at once, the kernel is asked whether it has them. Fewer do not outrun its tables, whatever
 * came before.
 */
const LARGE_BATCH = 200;

/** An entry that was made just now. */
interface Unverified {
  readonly evi: Evi;
  /** Of its row. */
  readonly key: string;
  readonly question: Lookup;
}

export interface Tables {
  readonly instance: number;
  readonly bridge: string;
  readonly neighbourDevice: string;
}

/**
 * All EVIs of the node, wanted and actual. It does nothing by itself; a sink drives it through a batch:
 *
 *     take → (needsLinks: observeLinks) → unread: observeTables → plan → settle → recheck → finish
 *                                                  ▲                                 │
 *                                                  └── unverified: observeEntries ◄──┘
 */
export class LinuxEvpn {
  readonly #evis = new Map<number, Evi>();
  #node: Node;
  #batch = new Map<string, Intent>();
  #faults = new Map<string, DataplaneFault>();
  #unverified: readonly Unverified[] = [];
  #doomed = new Map<string, string | undefined>();
  #needsLinks = false;
  #isSweepDue = false;
  #isSwept = false;

  constructor(localAddress: string, vxlanDstPort: number) {
    const links = new Map<string, Link>();
    this.#node = { localAddress, vxlanDstPort, links, mtu: tunnelMtu({ localAddress, links }) };
  }

  /** Begins a batch. */
  take(intents: readonly Intent[]): void {
    this.#batch = new Map(intents.map((intent) => [intent.key, intent]));
    // Within a batch an EVI comes before what is in it, but its removal comes last.
    for (const intent of intents) if (isEvi(intent) && intent.state !== undefined) this.#takeEvi(intent);
    for (const intent of intents) if (!isEvi(intent)) this.#takeMember(intent);
    for (const intent of intents) if (isEvi(intent) && intent.state === undefined) this.#takeEvi(intent);
  }

  /** The grace period is over: what nobody asked for goes. */
  sweep(): void {
    this.#isSweepDue = true;
    this.#isSwept = true;
    this.#needsLinks = true;
    for (const evi of this.#evis.values()) evi.isWhole = true;
  }

  #takeEvi(intent: Intent): void {
    const { state } = intent;
    const complaint = state === undefined ? undefined : unfit(state, this.#node.localAddress);
    if (complaint !== undefined) {
      this.#fault(intent.key, complaint);
      return;
    }
    let evi = this.#evis.get(intent.instance);
    if (evi === undefined) {
      if (state === undefined) return;
      evi = new Evi(intent.instance);
      this.#evis.set(intent.instance, evi);
    }
    evi.wantEvi(state?.kind === 'evi' ? state : undefined);
    this.#needsLinks = true;
  }

  #takeMember(intent: Intent): void {
    const { state } = intent;
    const complaint = state === undefined ? undefined : unfit(state, this.#node.localAddress);
    if (complaint !== undefined) {
      this.#fault(intent.key, complaint);
      return;
    }
    const evi = this.#evis.get(intent.instance);
    if (evi?.state === undefined) {
      if (state !== undefined) this.#fault(intent.key, `no EVI for instance ${intent.instance}`);
      return;
    }
    evi.wantMember(intent.key, asMember(state));
    if (isStructural(intent)) this.#needsLinks = true;
  }

  #fault(key: string, reason: string): void {
    this.#faults.set(key, { command: undefined, reason });
  }

  /** Whether the batch is about devices or ports, so that those of the node must be looked at first. */
  get needsLinks(): boolean {
    return this.#needsLinks || this.#astray().length > 0;
  }

  #astray(): readonly Evi[] {
    return [...this.#evis.values()].filter(({ isAstray }) => isAstray);
  }

  observeLinks(links: readonly Link[]): void {
    const byName = new Map(links.map((link) => [link.name, link]));
    this.#node = { ...this.#node, links: byName, mtu: tunnelMtu({ ...this.#node, links: byName }) };
    // A port that a former run had in one bridge may be in another by now: at the sweep all EVIs look again.
    const instances = this.#isSweepDue
      ? this.#evis.keys()
      : new Set([...this.#batch.values()].filter(isStructural).map(({ instance }) => instance));
    const astray = this.#astray();
    for (const evi of astray) evi.lookAgain();
    // Of two that want the same interface the former one gets it; a MAC follows its port. What is refused
    // is not laid: it may well be in our bridge, and is not to be taken from it.
    const intents = [...this.#batch.values()].reverse();
    for (const intent of intents) if (intent.state?.kind !== 'local-mac') this.#examinePort(intent);
    for (const intent of intents) if (intent.state?.kind === 'local-mac') this.#examinePort(intent);
    for (const instance of new Set([...instances, ...astray.map((evi) => evi.instance)])) this.#lay(instance);
    if (this.#isSweepDue) this.#doomStrangers();
  }

  #lay(instance: number): void {
    const evi = this.#evis.get(instance);
    if (evi === undefined) return;
    const layout = evi.state === undefined ? evi.layout : layoutOf(evi.state, this.#node);
    if (layout === undefined) return;
    const taken = new Map<string, Evi>();
    for (const other of this.#evis.values()) {
      if (other !== evi && other.layout !== undefined) {
        for (const name of ownDevices(other.layout)) taken.set(name, other);
      }
    }
    const rival = [...this.#evis.values()].find((other) => other !== evi && other.holds(layout.bridge));
    if (evi.state !== undefined && rival?.state !== undefined && sharesBridge(layout, rival.layout)) {
      this.#evis.delete(instance);
      this.#fault(`${instance}/evi`, `bridge ${layout.bridge} is in use by ${rival.state.externalId}`);
      return;
    }
    for (const name of ownDevices(layout)) {
      const owner = taken.get(name);
      if (owner?.state === undefined || evi.state === undefined) continue;
      this.#evis.delete(instance);
      this.#fault(`${instance}/evi`, `${name} is in use by instance ${owner.instance}`);
      return;
    }
    for (const name of evi.lay(layout, this.#node, (device) => taken.has(device))) {
      if (!taken.has(name)) this.#doomed.set(name, `${instance}/evi`);
    }
    if (evi.state !== undefined && layout.ownsDevice) {
      const used = new Set([...taken.keys(), layout.device]);
      for (const name of leftovers(evi.state, this.#node, used)) this.#doomed.set(name, `${instance}/evi`);
    }
    if (evi.pairEnds().length > 0) {
      for (const name of stalePairs(layout.bridge, this.#node, this.#pairEnds()))
        this.#doomed.set(name, `${instance}/evi`);
    }
  }

  #pairEnds(): ReadonlySet<string> {
    return new Set([...this.#evis.values()].flatMap((evi) => evi.pairEnds()));
  }

  /** Refuses a port, or a MAC behind it, that must not be one, now that the interfaces are known. */
  #examinePort({ key, instance, state }: Intent): void {
    const name = interfaceOf(state);
    const evi = this.#evis.get(instance);
    const link = this.#node.links.get(name ?? '');
    if (evi?.state === undefined || name === undefined || link === undefined || this.#faults.has(key)) return;
    // Whatever has the name of an end of a pair gives way to it.
    let complaint = evi.pairEnds().includes(name)
      ? undefined
      : unfitLink(link, layoutOf(evi.state, this.#node), this.#node);
    const own = `${instance}/${state?.kind === 'gateway-port' ? 'gateway-port' : 'evpn-port'}/${name}`;
    for (const other of this.#evis.values()) {
      if (other.portKeys(name).every((owner) => owner === own)) continue;
      complaint ??= `${name} is a port of ${other.state?.externalId ?? 'another instance'}`;
    }
    if (complaint === undefined) return;
    this.#fault(key, complaint);
    evi.wantMember(key, undefined);
  }

  #doomStrangers(): void {
    this.#isSweepDue = false;
    const used = new Set(
      [...this.#evis.values()].flatMap((evi) => [
        ...(evi.layout === undefined ? [] : ownDevices(evi.layout)),
        ...evi.pairEnds(),
      ]),
    );
    for (const name of ourDevices(this.#node.links.values())) {
      if (!used.has(name) && !this.#doomed.has(name)) this.#doomed.set(name, undefined);
    }
  }

  /** EVIs whose tables must be looked at before anything is planned. */
  unread(): readonly Tables[] {
    const tables: Tables[] = [];
    for (const { instance, isUnread, layout } of this.#evis.values()) {
      if (isUnread && layout !== undefined) {
        tables.push({ instance, bridge: layout.bridge, neighbourDevice: layout.neighbourDevice });
      }
    }
    return tables;
  }

  observeTables(instance: number, fdb: readonly FdbEntry[], neighbours: readonly NeighbourEntry[]): void {
    const isUp = (name: string): boolean => this.#node.links.get(name)?.up === true;
    this.#evis.get(instance)?.observeTables(fdb, neighbours, isUp);
  }

  /** How to ask for the entries that must be looked at before the batch ends. */
  get unverified(): readonly Lookup[] {
    return this.#unverified.map(({ question }) => question);
  }

  /** What was found of the entries that are `unverified`. */
  observeEntries(fdb: readonly FdbEntry[], neighbours: readonly NeighbourEntry[]): void {
    const questions = grouped(this.#unverified, ({ evi }) => evi);
    const fdbOf = grouped(fdb, (entry) => entry.interface);
    const neighboursOf = grouped(neighbours, (entry) => entry.device);
    for (const [evi, entries] of questions) {
      evi.observeEntries(
        entries.map(({ key }) => key),
        fdbOf.get(evi.layout?.device ?? '') ?? [],
        neighboursOf.get(evi.layout?.neighbourDevice) ?? [],
      );
    }
  }

  /** What has to be done; may be asked again after a recheck. */
  plan(): readonly Change[] {
    const changes: Change[] = [];
    for (const [name, owner] of this.#doomed) changes.push(deletion(name, owner));
    this.#doomed.clear();
    for (const evi of this.#evis.values()) {
      evi.desire();
      for (const change of evi.plan(this.#isSwept)) changes.push(change);
    }
    return changes;
  }

  /** Takes note of what became of the changes. Returns the faults that no intent of this batch will be told. */
  settle(changes: readonly Change[]): readonly DataplaneFault[] {
    const untold: DataplaneFault[] = [];
    for (const change of changes) {
      if (change.instance !== undefined) this.#evis.get(change.instance)?.settle(change);
      if (change.outcome.state !== 'failed') continue;
      const { fault } = change.outcome;
      if (change.owner === undefined || !this.#batch.has(change.owner)) untold.push(fault);
      else if (!this.#faults.has(change.owner)) this.#faults.set(change.owner, fault);
    }
    return untold;
  }

  /**
   * Whether the kernel may not hold what it was given: it may drop entries that come faster than its tables grow, and
   * neighbours of a bridge that has another port. Says so in `unverified` and `unread`.
   */
  recheck(changes: readonly Change[]): boolean {
    const made: Unverified[] = [];
    for (const change of changes) {
      const { instance, rowKey: key, to, outcome } = change;
      const evi = instance === undefined ? undefined : this.#evis.get(instance);
      if (evi === undefined || key === undefined) continue;
      if (evi.unsettles(change)) evi.isUnread = true;
      const question = to === undefined || outcome.state === 'failed' ? undefined : lookup(to);
      if (question !== undefined) made.push({ evi, key, question });
    }
    this.#unverified = made.length < LARGE_BATCH ? [] : made;
    return this.#unverified.length > 0 || this.unread().length > 0;
  }

  /** Nothing could be done at all. */
  fail(fault: DataplaneFault): void {
    for (const key of this.#batch.keys()) this.#faults.set(key, fault);
  }

  /** Ends the batch: what became of each of its intents. */
  finish(): readonly Confirmation[] {
    for (const { key, instance, state } of this.#batch.values()) {
      if (state === undefined || this.#faults.has(key) || this.#evis.get(instance)?.layout !== undefined)
        continue;
      const { reason } = this.#faults.get(`${instance}/evi`) ?? { reason: `no EVI for instance ${instance}` };
      this.#fault(key, reason);
    }
    for (const evi of this.#evis.values()) {
      for (const key of evi.unkept()) {
        if (!this.#faults.has(key)) this.#fault(key, 'the kernel did not keep it');
      }
      if (!evi.finish()) this.#evis.delete(evi.instance);
    }
    const confirmations = [...this.#batch.values()].map((intent) => ({
      intent,
      fault: this.#faults.get(intent.key),
    }));
    this.#batch.clear();
    this.#faults.clear();
    this.#unverified = [];
    this.#needsLinks = false;
    return confirmations;
  }

  /** The devices of an EVI; those that it would have, if it is not there. */
  describe(evi: EviState): { readonly bridge: string; readonly device: string } {
    const layout = this.#evis.get(evi.instance)?.layout;
    return { bridge: layout?.bridge ?? linuxBridgeName(evi), device: layout?.device ?? vxlanName(evi) };
  }
}

/** Two EVIs in one bridge would be one network with two tunnels: what the one brings, the other sends out again. */
function sharesBridge(a: Layout, b: Layout | undefined): boolean {
  return a.bridge === b?.bridge && !(a.ownsBridge && b.ownsBridge);
}

function isEvi(intent: Intent): boolean {
  return intent.key === `${intent.instance}/evi`;
}

/** About devices and interfaces, which others change too. */
export function isStructural({ key }: Intent): boolean {
  return STRUCTURAL.has(key.split('/', 2)[1]);
}

/** The interface that is a port, if the state is about one. */
function interfaceOf(state: Intent['state']): string | undefined {
  switch (state?.kind) {
    case 'evpn-port':
    case 'local-mac':
      return state.port.interface;
    case 'gateway-port':
      return state.interface;
    default:
      return undefined;
  }
}

function asMember(state: Intent['state']): MemberState | undefined {
  switch (state?.kind) {
    case 'evpn-port':
    case 'local-mac':
    case 'remote-mac':
    case 'flood':
    case 'neighbour':
    case 'veth-pair':
    case 'gateway-port':
      return state;
    default:
      return undefined;
  }
}

function grouped<K, V>(values: readonly V[], keyOf: (value: V) => K): ReadonlyMap<K, readonly V[]> {
  const groups = new Map<K, V[]>();
  for (const value of values) {
    const group = groups.get(keyOf(value));
    if (group === undefined) groups.set(keyOf(value), [value]);
    else group.push(value);
  }
  return groups;
}
