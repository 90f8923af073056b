import { DesiredActual } from '../desired-actual.ts';
import type { EviState, VethPairState } from '../intent.ts';
import type { Change } from './change.ts';
import { saysGone } from './command.ts';
import { compile, isRemade } from './compile.ts';
import { deviceRows, foundDeviceRows, type Layout, type Node, ownDevices, sameLayout } from './layout.ts';
import {
  BRIDGE_KEY,
  isDevice,
  isEntry,
  ownerKey,
  pairKey,
  rankOf,
  referentKey,
  residence,
  type Row,
  rowKey,
  rowsOfKind,
  sameRow,
  type VethPairRow,
  VXLAN_KEY,
} from './row.ts';
import { foundRows, type MemberState, memberRows, relatedKeys, STRUCTURAL } from './rows.ts';
import type { FdbEntry, NeighbourEntry } from './tables.ts';
import { foundPair } from './veth-pair.ts';

/** One EVI in the kernel: what is wanted of it, the rows that this means, and the rows that there are. */
export class Evi {
  readonly instance: number;
  /** Undefined: it should not exist. */
  state: EviState | undefined;
  layout: Layout | undefined;
  /** Its tables hold rows that we have not seen. */
  isUnread = false;
  /** A device was not where we believed it: all are to be looked at before the next batch is planned. */
  isAstray = false;
  /** Everything that is pending is to be done, not only what was touched. */
  isWhole = false;
  readonly #members = new Map<string, MemberState>();
  /** Those members that are pairs. */
  readonly #pairs = new Map<string, VethPairState>();
  readonly #rows = new DesiredActual<string, Row>(sameRow);
  /** Keys of members and rows that the current batch is about. */
  readonly #touchedMembers = new Set<string>();
  readonly #touchedRows = new Set<string>();
  /** Rows that failed in the current batch. */
  readonly #failed = new Set<string>();
  /** Rows whose device was not there when they were last tried; they are tried once more, unasked. */
  readonly #astray = new Set<string>();

  constructor(instance: number) {
    this.instance = instance;
  }

  /** Wants or (undefined) no longer wants the EVI itself, and then nothing of what is in it. */
  wantEvi(state: EviState | undefined): void {
    this.state = state;
    this.lookAgain();
    if (state !== undefined) return;
    for (const [key, member] of this.#members) this.#touch(key, member);
    this.#members.clear();
    this.#pairs.clear();
  }

  wantMember(key: string, member: MemberState | undefined): void {
    const former = this.#members.get(key);
    if (former !== undefined) this.#touch(key, former);
    if (member === undefined) {
      this.#members.delete(key);
      this.#pairs.delete(key);
    } else {
      this.#members.set(key, member);
      if (member.kind === 'veth-pair') this.#pairs.set(key, member);
      this.#touch(key, member);
      if (STRUCTURAL.has(member.kind)) this.lookAgain();
    }
  }

  /** Who attaches, or attaches again, may have reason to: what was removed by hand is to come back. */
  lookAgain(): void {
    this.isAstray = false;
    this.isUnread = true;
    this.isWhole = true;
  }

  /** Whether it is wanted and in this bridge. */
  holds(bridge: string): boolean {
    return this.state !== undefined && this.layout?.bridge === bridge;
  }

  /** The intents by which an interface is wanted as a port. */
  portKeys(name: string): readonly string[] {
    return ['evpn-port', 'gateway-port']
      .map((kind) => `${this.instance}/${kind}/${name}`)
      .filter((key) => this.#members.has(key));
  }

  /** Names of the interfaces that it wants as ends of a pair. */
  pairEnds(): readonly string[] {
    return [...this.#pairs.values()].flatMap((pair) => [pair.interface, pair.peer]);
  }

  #touch(key: string, member: MemberState): void {
    this.#touchedMembers.add(key);
    if (this.layout !== undefined) {
      for (const row of memberRows(member, this.layout, () => false)) this.#touchedRows.add(rowKey(row));
    }
    for (const related of relatedKeys(member)) this.#touchedMembers.add(related);
  }

  /**
   * Lays the EVI out anew in the node as it is. Returns the devices of ours that it does not use any more. `isTaken`: a
   * device of this name is another EVI's, which removes it before this one makes its own.
   */
  lay(layout: Layout, node: Node, isTaken: (device: string) => boolean): readonly string[] {
    const former = this.layout;
    this.layout = layout;
    const dropped =
      former === undefined ? [] : ownDevices(former).filter((name) => !ownDevices(layout).includes(name));
    for (const name of dropped) this.#forgetResidents(name);
    if (this.state !== undefined) {
      const rows = new Map(deviceRows(this.state, layout, node).map((row) => [rowKey(row), row]));
      for (const key of [BRIDGE_KEY, VXLAN_KEY]) this.#rows.want(key, rows.get(key));
    }
    this.#observeDevices(layout, node, isTaken);
    this.desire(former === undefined || !sameLayout(former, layout));
    this.#observePairs(layout, node);
    this.#observePorts(layout, node, isTaken);
    // Its address follows its ports, and with each change the kernel forgets its neighbours.
    if (!layout.ownsBridge) this.lookAgain();
    return dropped;
  }

  #observeDevices(layout: Layout, node: Node, isTaken: (device: string) => boolean): void {
    const found = new Map(
      foundDeviceRows(layout, node)
        .filter((row) => !('name' in row) || !isTaken(row.name))
        .map((row) => [rowKey(row), row]),
    );
    const devices: [key: string, name: string][] = [[BRIDGE_KEY, layout.bridge]];
    if (layout.ownsDevice) devices.push([VXLAN_KEY, layout.device]);
    else this.#rows.observe(VXLAN_KEY, undefined);
    for (const [key, name] of devices) {
      const row = found.get(key);
      const known = this.#rows.actual(key);
      if (row === undefined) this.#forgetResidents(name);
      else if (known === undefined) this.isUnread = true;
      this.#rows.observe(key, row);
      if (row?.kind === 'vxlan' && row.bridge !== layout.bridge)
        this.#forgetWhere(({ kind }) => kind === 'remote-entry');
      if (row?.kind === 'bridge' && !row.settled) this.#forgetWhere(({ kind }) => kind === 'neighbour');
    }
    // Of what is not there yet nothing can be read.
    if (found.size === 0) this.isUnread = false;
  }

  /** An end may have been removed, or something else may have its name. */
  #observePairs(layout: Layout, node: Node): void {
    for (const [key, pair] of rowsOfKind(this.#rows, 'veth-pair')) {
      this.#rows.observe(
        key,
        foundPair(pair, layout, node, this.#actualPair(pair.interface)?.joined === true),
      );
    }
  }

  #actualPair(name: string): VethPairRow | undefined {
    const row = this.#rows.actual(pairKey(name));
    return row?.kind === 'veth-pair' ? row : undefined;
  }

  /** An interface may have been removed, made again, or taken to another bridge since we enslaved it. */
  #observePorts(layout: Layout, node: Node, isTaken: (device: string) => boolean): void {
    for (const [key, port] of rowsOfKind(this.#rows, 'port')) {
      const link = node.links.get(port.interface);
      // What is made anew is no port any more.
      const isLost = isTaken(layout.bridge) || this.#actualPair(port.interface)?.joined === false;
      const isPort = link?.master === layout.bridge && !isLost;
      if (!isPort && this.#rows.actual(key) !== undefined) this.#forgetEntries(port.interface);
      this.#rows.observe(key, isPort ? { ...port, bridge: layout.bridge, up: link.up } : undefined);
    }
  }

  #forgetEntries(interfaceName: string): void {
    for (const [key, row] of this.#rows.actualEntries()) {
      if (row.kind === 'local-entry' && row.interface === interfaceName) {
        this.#rows.observe(key, undefined);
        this.#touchedRows.add(key);
        this.#touchedMembers.add(`${this.instance}/local-mac/${row.mac}`);
      }
    }
  }

  /** Brings the desired rows in line with the members that were touched, or with all of them. */
  desire(everything = false): void {
    const { layout } = this;
    if (layout === undefined) return;
    if (everything) {
      for (const [key, row] of this.#rows.desiredEntries())
        if (!isDevice(row)) this.#rows.want(key, undefined);
      for (const key of this.#members.keys()) this.#touchedMembers.add(key);
    } else {
      for (const key of this.#touchedRows) {
        if (key !== BRIDGE_KEY && key !== VXLAN_KEY) this.#rows.want(key, undefined);
      }
    }
    const isLocal = (mac: string): boolean => this.#members.has(`${this.instance}/local-mac/${mac}`);
    for (const key of this.#touchedMembers) {
      const member = this.#members.get(key);
      if (member === undefined) continue;
      for (const row of memberRows(member, layout, isLocal)) {
        this.#rows.want(rowKey(row), row);
        this.#touchedRows.add(rowKey(row));
      }
    }
    if (this.state === undefined) {
      this.#rows.want(BRIDGE_KEY, undefined);
      this.#rows.want(VXLAN_KEY, undefined);
    }
  }

  /** Takes over what stands in the tables of its devices. */
  observeTables(
    fdb: readonly FdbEntry[],
    neighbours: readonly NeighbourEntry[],
    isUp: (name: string) => boolean,
  ): void {
    const { layout } = this;
    this.isUnread = false;
    if (layout === undefined) return;
    const found = foundRows(layout, fdb, neighbours, isUp);
    // In devices of others only what we want, or know of, can be ours.
    const isOurs = (key: string, row: Row): boolean =>
      ownDevices(layout).includes(residence(row)!) ||
      this.#rows.desired(key) !== undefined ||
      this.#rows.actual(key) !== undefined;
    this.#rows.replaceActual(
      [...found].filter(([key, row]) => isOurs(key, row)),
      isEntry,
    );
  }

  /** Takes over what was found of rows that were asked for by their keys. */
  observeEntries(
    keys: readonly string[],
    fdb: readonly FdbEntry[],
    neighbours: readonly NeighbourEntry[],
  ): void {
    if (this.layout === undefined) return;
    const found = foundRows(this.layout, fdb, neighbours, () => false);
    for (const key of keys) this.#rows.observe(key, found.get(key));
  }

  /** What has to be done now. A later change may need an earlier one. */
  plan(sweeping: boolean): readonly Change[] {
    const changes: Change[] = [];
    const devices: Change[] = [];
    for (const key of [BRIDGE_KEY, VXLAN_KEY]) {
      if (!this.isWhole || !this.#isDue(key)) continue;
      const change = this.#change(key, devices.slice());
      this.#forgetWith(change);
      devices.push(change);
    }
    changes.push(...devices);
    const made = new Map<string, Change>();
    for (const key of this.#dueMembers(sweeping)) {
      const row = this.#rows.desired(key);
      const referent = row === undefined ? undefined : made.get(referentKey(row) ?? '');
      const needs = row === undefined ? [] : referent === undefined ? devices : [...devices, referent];
      const change = this.#change(key, needs);
      changes.push(change);
      if (row !== undefined && rankOf(key) < 2) made.set(key, change);
    }
    return changes;
  }

  #dueMembers(sweeping: boolean): readonly string[] {
    const isAll = this.isWhole && (sweeping || this.state === undefined);
    const keys: [string[], string[], string[]] = [[], [], []];
    for (const key of this.isWhole ? this.#rows.pending() : this.#touchedRows) {
      if (key === BRIDGE_KEY || key === VXLAN_KEY || !this.#isDue(key)) continue;
      // What a former run left and nobody has asked for yet waits for the sweep.
      if (!isAll && this.#rows.desired(key) === undefined && !this.#touchedRows.has(key)) continue;
      keys[rankOf(key)].push(key);
    }
    return keys.flat();
  }

  #isDue(key: string): boolean {
    return this.#rows.isPending(key) && !this.#failed.has(key);
  }

  #change(key: string, needs: readonly Change[]): Change {
    const from = this.#rows.actual(key);
    const to = this.#rows.desired(key);
    const owner = ownerKey(this.instance, (to ?? from)!);
    return {
      instance: this.instance,
      rowKey: key,
      from,
      to,
      owner,
      steps: compile(from, to),
      needs,
      outcome: { state: 'open' },
    };
  }

  /** What is in a device goes with it: it need not be removed, and must be made again if it is still wanted. */
  #forgetWith({ from, to }: Change): void {
    const device = (from ?? to)!;
    if (!('name' in device)) return;
    const isNew = from === undefined || to === undefined || isRemade(from, to);
    if (isNew && !(device.kind === 'shared-bridge' && to === undefined)) this.#forgetResidents(device.name);
    // An address that is set, be it the same one, empties the neighbour table of the bridge.
    else if (from?.kind === 'bridge' && to?.kind === 'bridge') {
      this.#forgetWhere((row) => row.kind === 'neighbour');
    }
  }

  #forgetResidents(device: string): void {
    this.isWhole = true;
    // The entries of a bridge for its VXLAN device go with either.
    this.#forgetWhere((row) => row.kind === 'remote-entry' || residence(row) === device);
    const vxlan = this.#rows.actual(VXLAN_KEY);
    if (vxlan?.kind === 'vxlan' && vxlan.bridge === device) {
      this.#rows.observe(VXLAN_KEY, { ...vxlan, bridge: undefined });
    }
  }

  #forgetWhere(isGone: (row: Row) => boolean): void {
    for (const [key, row] of this.#rows.actualEntries()) if (isGone(row)) this.#rows.observe(key, undefined);
  }

  /**
   * Whether a change may have moved the address of a bridge that is not ours, which follows its ports: the kernel has
   * forgotten its neighbours then.
   */
  unsettles({ from, to }: Change): boolean {
    return this.layout?.ownsBridge === false && (to ?? from)?.kind === 'port';
  }

  /** Takes note of what became of a change. */
  settle(change: Change): void {
    const key = change.rowKey;
    if (key === undefined) return;
    if (change.outcome.state === 'open') {
      this.#rows.observe(key, change.to);
      this.#astray.delete(key);
      return;
    }
    this.#failed.add(key);
    if (!change.outcome.tried) return;
    this.#rows.doubt(key, (change.to ?? change.from)!);
    if (!saysGone(change.outcome.fault.reason) || this.#astray.has(key)) return;
    this.#astray.add(key);
    this.isAstray = true;
  }

  /** Owners of touched rows that were changed without a failure and yet are not what they should be. */
  unkept(): readonly string[] {
    const owners: string[] = [];
    for (const key of this.#touchedRows) {
      const row = this.#rows.desired(key) ?? this.#rows.actual(key);
      if (row !== undefined && this.#isDue(key)) owners.push(ownerKey(this.instance, row));
    }
    return owners;
  }

  /** The batch is over. Returns whether there is anything left of the EVI. */
  finish(): boolean {
    this.#touchedMembers.clear();
    this.#touchedRows.clear();
    this.#failed.clear();
    this.isWhole = false;
    if (this.state !== undefined) return true;
    for (const [, row] of this.#rows.actualEntries()) if (row.kind !== 'shared-bridge') return true;
    return false;
  }
}
