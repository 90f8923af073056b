import type {
  Confirmation,
  DataplaneFault,
  EviState,
  EvpnPortState,
  Intent,
  LocalMacState,
} from '../intent.ts';
import type { Change } from './change.ts';
import { Evi, ownDevices } from './evi.ts';
import { type Layout, layoutOf, leftovers, type Node } from './layout.ts';
import type { Link } from './links.ts';
import { BRIDGE_PREFIX, linuxBridgeName, VXLAN_PREFIX, vxlanName } from './names.ts';
import type { MemberState } from './rows.ts';
import type { FdbEntry, NeighbourEntry } from './tables.ts';
import { unfit, unfitLink } from './unfit.ts';

/** A table dump tells the whole truth; after this many changes at once it is asked for. */
const LARGE_BATCH = 1000;

export interface Tables {
  readonly instance: number;
  readonly bridge: string;
  readonly neighbourDevice: string;
}

/**
 * All EVIs of the node, wanted and actual. It does nothing by itself; a sink drives it through a batch:
 *
 *     take → (needsLinks: observeLinks) → unread: observeTables → plan → settle → (recheck: again from unread) → finish
 */
export class LinuxEvpn {
  readonly #evis = new Map<number, Evi>();
  #node: Node;
  #batch = new Map<string, Intent>();
  #faults = new Map<string, DataplaneFault>();
  #doomed = new Map<string, string | undefined>();
  #needsLinks = false;
  #isSweepDue = false;
  #isSwept = false;

  constructor(localAddress: string, vxlanDstPort: number) {
    this.#node = { localAddress, vxlanDstPort, links: new Map() };
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
    this.#node = { ...this.#node, links: new Map(links.map((link) => [link.name, link])) };
    // A port that a former run had in one bridge may be in another by now: at the sweep all EVIs look again.
    const instances = this.#isSweepDue
      ? this.#evis.keys()
      : new Set([...this.#batch.values()].filter(isStructural).map(({ instance }) => instance));
    const astray = this.#astray();
    for (const evi of astray) evi.lookAgain();
    // Of two that want the same interface the former one gets it; a MAC follows its port. What is refused
    // is not laid: it may well be in our bridge, and is not to be taken from it.
    const intents = [...this.#batch.values()].reverse();
    for (const intent of intents)
      if (intent.state?.kind === 'evpn-port') this.#examinePort(intent, intent.state);
    for (const intent of intents)
      if (intent.state?.kind === 'local-mac') this.#examinePort(intent, intent.state);
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
  }

  /** Refuses a port, or a MAC behind it, that must not be one, now that the interfaces are known. */
  #examinePort({ key, instance }: Intent, { port }: EvpnPortState | LocalMacState): void {
    const evi = this.#evis.get(instance);
    const link = this.#node.links.get(port.interface);
    if (evi?.state === undefined || link === undefined || this.#faults.has(key)) return;
    let complaint = unfitLink(link, layoutOf(evi.state, this.#node), this.#node);
    for (const other of this.#evis.values()) {
      if (other !== evi && other.hasPort(port.interface)) {
        complaint ??= `${port.interface} is a port of ${other.state?.externalId ?? 'another instance'}`;
      }
    }
    if (complaint === undefined) return;
    this.#fault(key, complaint);
    evi.wantMember(key, undefined);
  }

  #doomStrangers(): void {
    this.#isSweepDue = false;
    const used = new Set(
      [...this.#evis.values()].flatMap(({ layout }) => (layout ? ownDevices(layout) : [])),
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

  /** What has to be done; may be asked again after a recheck. */
  plan(): readonly Change[] {
    const changes: Change[] = [];
    for (const [name, owner] of this.#doomed) changes.push(deletion(name, owner));
    this.#doomed.clear();
    for (const evi of this.#evis.values()) {
      evi.desire();
      changes.push(...evi.plan(this.#isSwept));
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

  /** The kernel may drop entries that come faster than its table grows: marks EVIs with many changes as unread. */
  recheck(changes: readonly Change[]): boolean {
    const counts = new Map<number, number>();
    for (const { instance, to } of changes) {
      if (instance === undefined || to === undefined) continue;
      counts.set(instance, (counts.get(instance) ?? 0) + 1);
    }
    let isAny = false;
    for (const [instance, count] of counts) {
      const evi = this.#evis.get(instance);
      if (count < LARGE_BATCH || evi === undefined) continue;
      evi.isUnread = true;
      isAny = true;
    }
    return isAny;
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
    this.#needsLinks = false;
    return confirmations;
  }

  /** The devices of an EVI; those that it would have, if it is not there. */
  describe(evi: EviState): { readonly bridge: string; readonly device: string } {
    const layout = this.#evis.get(evi.instance)?.layout;
    return { bridge: layout?.bridge ?? linuxBridgeName(evi), device: layout?.device ?? vxlanName(evi) };
  }
}

/** Bridges and VXLAN devices that are recognisably ours, of this run or a former one. */
export function ourDevices(links: Iterable<Link>): readonly string[] {
  const names: string[] = [];
  for (const { name, kind } of links) {
    const isOurs =
      (kind === 'bridge' && name.startsWith(BRIDGE_PREFIX)) ||
      (kind === 'vxlan' && name.startsWith(VXLAN_PREFIX));
    if (isOurs) names.push(name);
  }
  return names;
}

export function deletion(name: string, owner: string | undefined): Change {
  return {
    instance: undefined,
    rowKey: undefined,
    from: undefined,
    to: undefined,
    owner,
    steps: [{ phase: 'remove device', line: `link del dev ${name}`, tolerate: 'gone' }],
    needs: [],
    outcome: { state: 'open' },
  };
}

/** Two EVIs in one bridge would be one network with two tunnels: what the one brings, the other sends out again. */
function sharesBridge(a: Layout, b: Layout | undefined): boolean {
  return a.bridge === b?.bridge && !(a.ownsBridge && b.ownsBridge);
}

function isEvi(intent: Intent): boolean {
  return intent.key === `${intent.instance}/evi`;
}

/** About devices and interfaces, which others change too. */
function isStructural({ key, instance }: Intent): boolean {
  return ['evi', 'evpn-port/', 'local-mac/'].some((kind) => key.startsWith(`${instance}/${kind}`));
}

function asMember(state: Intent['state']): MemberState | undefined {
  switch (state?.kind) {
    case 'evpn-port':
    case 'local-mac':
    case 'remote-mac':
    case 'flood':
    case 'neighbour':
      return state;
    default:
      return undefined;
  }
}
