import {
  unwant,
  want,
  intentKey,
  type Confirmation,
  type DataplaneState,
  type Intent,
} from '../dataplane/intent.ts';
import type { RouteTarget } from '../net/route-target.ts';
import type { BestPathChange, BestPathTable } from '../rib/best-path.ts';
import { publication, type Publication, type Route } from '../rib/route.ts';
import { failure, success, type Result } from '../result.ts';
import { checkPlug, checkUnplug } from './checks.ts';
import { EndpointTable, type Endpoint } from './endpoint.ts';
import type { EndpointIdentifiers } from './identifiers.ts';
import type { InstanceSetup } from './instance-kind.ts';
import { RemoteStates } from './remote-states.ts';
import type { AttachRequest, DetachRequest } from './request.ts';
import type { VpnFault } from './vpn-fault.ts';

export type InstanceInput =
  | { readonly type: 'attach'; readonly request: AttachRequest }
  | { readonly type: 'detach'; readonly request: DetachRequest }
  | { readonly type: 'best-paths'; readonly changes: readonly BestPathChange[] }
  | { readonly type: 'confirmations'; readonly confirmations: readonly Confirmation[] }
  | { readonly type: 'stop' };

export type InstanceOutput =
  /** The dataplane should hold something else. */
  | { readonly type: 'intents'; readonly intents: readonly Intent[] }
  | { readonly type: 'publish'; readonly publications: readonly Publication[] }
  /** Routes with these targets are wanted from now on. */
  | { readonly type: 'import'; readonly targets: ReadonlySet<RouteTarget> }
  /** The attach or detach in hand is done, or refused. */
  | { readonly type: 'answer'; readonly result: Result<undefined, VpnFault> }
  | { readonly type: 'warning'; readonly message: string }
  /** Nothing is left: the instance can be forgotten. */
  | { readonly type: 'ended' };

/** What waits for the dataplane: an attach, a detach, or the end of the instance. */
interface Transaction {
  readonly waiting: Set<string>;
  readonly faults: string[];
  readonly finish: (faults: readonly string[]) => readonly InstanceOutput[];
}

const ANSWER_OK: InstanceOutput = { type: 'answer', result: success(undefined) };

/**
 * A VPN instance as a fold: `step` takes one input, updates the state that it owns, and returns what follows.
 *
 *     attach ─► checks ─► intents ─► confirmed ─► routes, imports ─► answer
 *                                 └► failed ────► intents taken back ─► answer
 *     detach ─► withdrawals, intents ─► confirmed ─► answer, and with the last endpoint the end
 *     best paths ─► intents
 *
 * One attach or detach is in hand at a time; whoever feeds it waits for the answer. An attachment that is refused,
 * or that the dataplane cannot carry out, changes nothing.
 */
export class Instance {
  readonly setup: InstanceSetup;
  readonly endpoints = new EndpointTable();
  readonly bestPaths: BestPathTable;
  readonly #identifiers: EndpointIdentifiers;
  readonly #remote = new RemoteStates();
  readonly #advertised = new Map<string, Route>();
  #importTargets: ReadonlySet<RouteTarget> = new Set();
  #exportTargets: readonly RouteTarget[] = [];
  #description: string | undefined;
  #fallback: Readonly<Record<string, unknown>> | undefined;
  #transaction: Transaction | undefined;
  #stopping = false;

  constructor(setup: InstanceSetup, bestPaths: BestPathTable, identifiers: EndpointIdentifiers) {
    this.setup = setup;
    this.bestPaths = bestPaths;
    this.#identifiers = identifiers;
  }

  get importTargets(): Iterable<RouteTarget> {
    return this.#importTargets;
  }

  get exportTargets(): readonly RouteTarget[] {
    return this.#exportTargets;
  }

  get description(): string | undefined {
    return this.#description;
  }

  get fallback(): Readonly<Record<string, unknown>> | undefined {
    return this.#fallback;
  }

  get advertisedRoutes(): Iterable<Route> {
    return this.#advertised.values();
  }

  step(input: InstanceInput): readonly InstanceOutput[] {
    switch (input.type) {
      case 'attach':
        return this.#attach(input.request);
      case 'detach':
        return this.#detach(input.request);
      case 'best-paths':
        return this.#stopping ? [] : this.#import(input.changes);
      case 'confirmations':
        return this.#confirm(input.confirmations);
      case 'stop':
        return this.#stop();
    }
  }

  #attach(request: AttachRequest): readonly InstanceOutput[] {
    const fault = checkPlug(this.setup, this.endpoints, request);
    if (fault !== undefined) return this.#refuse(fault);
    const former = this.endpoints.get(request);
    const identifiers = former ?? this.#identifiers.allocate(this.endpoints, request);
    if (typeof identifiers === 'string') return this.#refuse({ kind: 'dataplane', message: identifiers });
    const endpoint: Endpoint = {
      mac: request.mac,
      ip: request.ip,
      ipText: request.ipText,
      port: request.port,
      label: identifiers.label,
      rdNumber: identifiers.rdNumber,
      rd: identifiers.rd,
      direction: request.direction,
      advertiseSubnet: request.advertiseSubnet,
      localPref: request.localPref,
      hashOrder: this.endpoints.ofMac(request.mac)[0]?.hashOrder ?? request.hashOrder,
      description: request.description,
    };
    const states = [this.setup.kind.instanceState(this.setup), ...this.#statesOf(endpoint)];
    return this.#transact(states.map(want), (faults) =>
      faults.length === 0
        ? this.#plugged(request, endpoint, former)
        : this.#notPlugged(endpoint, former, faults),
    );
  }

  /** The dataplane has the endpoint: only now does anybody else hear of it. */
  #plugged(
    request: AttachRequest,
    endpoint: Endpoint,
    former: Endpoint | undefined,
  ): readonly InstanceOutput[] {
    const wildcard =
      request.ip === undefined ? undefined : this.endpoints.get({ mac: request.mac, ip: undefined });
    this.endpoints.set(endpoint);
    this.#description = request.instanceDescription;
    this.#fallback = request.fallback ?? this.#fallback;
    const publications: Publication[] = [];
    const exportChanged = !sameMembers(this.#exportTargets, request.exportTargets);
    if (exportChanged || this.endpoints.size === 1) {
      this.#exportTargets = request.exportTargets;
      const { setup } = this;
      for (const route of setup.kind.instanceRoutes(setup, this.#exportTargets))
        this.#advertise(route, publications);
      for (const each of this.endpoints) this.#advertiseEndpoint(each, publications);
    } else {
      this.#advertiseEndpoint(endpoint, publications);
    }
    if (former !== undefined) this.#withdrawEndpoint(former, publications);
    if (wildcard !== undefined) {
      this.endpoints.delete(wildcard);
      this.#withdrawEndpoint(wildcard, publications);
      this.#identifiers.release(this.endpoints, wildcard);
    }
    const outputs: InstanceOutput[] = [{ type: 'publish', publications }];
    if (!sameMembers([...this.#importTargets], request.importTargets)) {
      this.#importTargets = new Set(request.importTargets);
      outputs.push({ type: 'import', targets: this.#importTargets });
    }
    return [...outputs, ...this.#reviewRemote(endpoint), ANSWER_OK];
  }

  #notPlugged(
    endpoint: Endpoint,
    former: Endpoint | undefined,
    faults: readonly string[],
  ): readonly InstanceOutput[] {
    if (former === undefined) this.#identifiers.release(this.endpoints, endpoint);
    const result = failure({ kind: 'dataplane' as const, message: faults.join('; ') });
    const answer: InstanceOutput = { type: 'answer', result };
    if (this.endpoints.size === 0) return this.#end([answer], this.#statesOf(endpoint));
    return [{ type: 'intents', intents: this.#intentsWithout(endpoint) }, answer];
  }

  #detach(request: DetachRequest): readonly InstanceOutput[] {
    const found = checkUnplug(this.setup, this.endpoints, request);
    if (!found.ok) return this.#refuse(found.fault);
    const leaving = found.value;
    const publications: Publication[] = [];
    for (const endpoint of leaving) this.endpoints.delete(endpoint);
    for (const endpoint of leaving) {
      this.#withdrawEndpoint(endpoint, publications);
      this.#identifiers.release(this.endpoints, endpoint);
    }
    const withdrawal: InstanceOutput = { type: 'publish', publications };
    if (this.endpoints.size === 0) {
      const states = leaving.flatMap((endpoint) => this.#statesOf(endpoint));
      return [withdrawal, ...this.#end([], states, answerTo)];
    }
    const intents = leaving.flatMap((endpoint) => this.#intentsWithout(endpoint));
    return [
      withdrawal,
      ...this.#transact(intents, (faults) => [answerTo(faults)]),
      ...leaving.flatMap((endpoint) => this.#reviewRemote(endpoint)),
    ];
  }

  #stop(): readonly InstanceOutput[] {
    if (this.#stopping) return [];
    // Whoever waits for an attach or a detach waits no longer.
    const cut: readonly InstanceOutput[] =
      this.#transaction === undefined ? [] : [answerTo(['the daemon stops'])];
    const states = [...this.endpoints].flatMap((endpoint) => this.#statesOf(endpoint));
    for (const endpoint of [...this.endpoints]) {
      this.endpoints.delete(endpoint);
      this.#identifiers.release(this.endpoints, endpoint);
    }
    return [...cut, ...this.#end([], states)];
  }

  /** Withdraws all, removes all from the dataplane, and is no more when that is confirmed. */
  #end(
    outputs: readonly InstanceOutput[],
    states: readonly DataplaneState[],
    answer?: (faults: readonly string[]) => InstanceOutput,
  ): readonly InstanceOutput[] {
    this.#stopping = true;
    const publications = [...this.#advertised.values()].map(withdrawalOf);
    this.#advertised.clear();
    const all = new Map(
      [...states, this.setup.kind.instanceState(this.setup)].map((state) => [intentKey(state), state]),
    );
    const intents = [...this.#remote.clear(), ...Array.from(all.values(), unwant)];
    return [
      { type: 'publish', publications },
      ...this.#transact(intents, (faults) => [
        ...outputs,
        ...(answer === undefined ? [] : [answer(faults)]),
        { type: 'ended' },
      ]),
    ];
  }

  #import(changes: readonly BestPathChange[]): readonly InstanceOutput[] {
    const warnings: InstanceOutput[] = [];
    const intents = changes.flatMap(({ entry, best }) => this.#importEntry(entry, best, warnings));
    return intents.length === 0 ? warnings : [{ type: 'intents', intents }, ...warnings];
  }

  #importEntry(entry: string, best: readonly Route[], warnings: InstanceOutput[]): readonly Intent[] {
    const { setup } = this;
    const warn = (message: string): void => void warnings.push({ type: 'warning', message });
    return this.#remote.replace(entry, setup.kind.remoteStates(setup, this.endpoints, best, entry, warn));
  }

  /** An endpoint came or went: what the network says of its addresses counts no more, or again. */
  #reviewRemote(endpoint: Endpoint): readonly InstanceOutput[] {
    const changes = this.setup.kind.entriesOfEndpoint(endpoint).map((entry) => ({
      entry,
      best: this.bestPaths.bestOf(entry),
      added: [],
      removed: [],
    }));
    return this.#stopping ? [] : this.#import(changes);
  }

  #confirm(confirmations: readonly Confirmation[]): readonly InstanceOutput[] {
    const outputs: InstanceOutput[] = [];
    for (const { intent, fault } of confirmations) {
      const transaction = this.#transaction;
      const awaited = transaction?.waiting.delete(intent.key) === true;
      if (fault !== undefined) {
        const message = fault.command === undefined ? fault.reason : `${fault.command}: ${fault.reason}`;
        if (awaited) transaction.faults.push(message);
        outputs.push({ type: 'warning', message: `dataplane: ${intent.key}: ${message}` });
      }
      if (awaited && transaction.waiting.size === 0) {
        this.#transaction = undefined;
        outputs.push(...transaction.finish(transaction.faults));
      }
    }
    return outputs;
  }

  #transact(
    intents: readonly Intent[],
    finish: (faults: readonly string[]) => readonly InstanceOutput[],
  ): readonly InstanceOutput[] {
    if (intents.length === 0) return finish([]);
    this.#transaction = { waiting: new Set(intents.map((intent) => intent.key)), faults: [], finish };
    return [{ type: 'intents', intents }];
  }

  /** A request refused before anything was done; an instance that was made for it goes with it. */
  #refuse(fault: VpnFault): readonly InstanceOutput[] {
    const answer: InstanceOutput = { type: 'answer', result: failure(fault) };
    return this.endpoints.size === 0 ? [answer, { type: 'ended' }] : [answer];
  }

  #statesOf(endpoint: Endpoint): readonly DataplaneState[] {
    return this.setup.kind.endpointStates(this.setup, endpoint);
  }

  /** Brings the states of an endpoint to what the endpoints of the table need of them. */
  #intentsWithout(endpoint: Endpoint): readonly Intent[] {
    const needed = new Map<string, DataplaneState>();
    for (const other of this.endpoints) {
      if (other.mac !== endpoint.mac && other.port.interface !== endpoint.port.interface) continue;
      for (const state of this.#statesOf(other)) needed.set(intentKey(state), state);
    }
    return this.#statesOf(endpoint).map((state) => {
      const still = needed.get(intentKey(state));
      return still === undefined ? unwant(state) : want(still);
    });
  }

  #advertiseEndpoint(endpoint: Endpoint, publications: Publication[]): void {
    const route = this.setup.kind.endpointRoute(this.setup, endpoint, this.#exportTargets);
    if (route !== undefined) this.#advertise(route, publications);
  }

  #advertise(route: Route, publications: Publication[]): void {
    this.#advertised.set(routeId(route), route);
    publications.push(route);
  }

  /** Withdraws the route of an endpoint that the table has no longer, unless another endpoint gives the same route. */
  #withdrawEndpoint(endpoint: Endpoint, publications: Publication[]): void {
    const { setup } = this;
    const route = setup.kind.endpointRoute(setup, endpoint, this.#exportTargets);
    if (route === undefined) return;
    const others =
      endpoint.ip === undefined
        ? this.endpoints.ofMac(endpoint.mac)
        : this.endpoints.ofAddress(endpoint.ip.address);
    const heir = others
      .map((other) => setup.kind.endpointRoute(setup, other, this.#exportTargets))
      .find((other) => other !== undefined && routeId(other) === routeId(route));
    if (heir !== undefined) {
      this.#advertise(heir, publications);
    } else if (this.#advertised.delete(routeId(route))) {
      publications.push(withdrawalOf(route));
    }
  }
}

function answerTo(faults: readonly string[]): InstanceOutput {
  if (faults.length === 0) return ANSWER_OK;
  return { type: 'answer', result: failure({ kind: 'dataplane', message: faults.join('; ') }) };
}

function routeId(route: Route): string {
  return `${route.family.name} ${route.key}`;
}

function withdrawalOf(route: Route): Publication {
  return publication(route.source, route.family, route.key, route.payload, undefined);
}

function sameMembers(a: readonly RouteTarget[], b: readonly RouteTarget[]): boolean {
  const members = new Set(a);
  return members.size === new Set(b).size && b.every((member) => members.has(member));
}
