import {
  intentKey,
  unwant,
  want,
  type Confirmation,
  type DataplaneState,
  type Intent,
} from '../dataplane/intent.ts';
import { sameState } from '../dataplane/same-state.ts';
import type { RouteTarget } from '../net/route-target.ts';
import { failure, success } from '../result.ts';
import { BestPathTable, type BestPathChange } from '../rib/best-path.ts';
import { Advertisements } from './advertisements.ts';
import { checkPlug, checkUnplug, ignoredOf } from './checks.ts';
import { EndpointTable, requestedEndpoint, type Endpoint } from './endpoint.ts';
import { gatewayPortStates, type GatewayPort } from './gateway-port.ts';
import type { EndpointIdentifiers } from './identifiers.ts';
import { Imports } from './imports.ts';
import type { InstanceInput, InstanceOutput, InstanceSubscriptions } from './instance-events.ts';
import type { InstanceSetup } from './instance-kind.ts';
import type { AttachRequest, DetachRequest, RequestedFallback } from './request.ts';
import { describeFault, Transaction } from './transaction.ts';
import type { VpnFault } from './vpn-fault.ts';

type Outputs = readonly InstanceOutput[];

/** The transaction that waits for the dataplane, and what follows when all of it is confirmed. */
interface InHand {
  readonly transaction: Transaction;
  /** The endpoint that is being plugged: not in the table yet. */
  readonly endpoint: Endpoint | undefined;
  readonly finish: (faults: readonly string[]) => Outputs;
}

/**
 * A VPN instance as a fold: `step` takes one input, updates the state that it owns, and returns what follows.
 *
 *     attach ─► checks ─► intents ─► confirmed ─► routes, imports ─► answer
 *                                 └► failed ────► intents taken back ─► answer
 *     detach ─► withdrawals, intents ─► confirmed ─► answer, and with the last endpoint the end
 *     gateway ─► intents ─► confirmed ─► answer
 *     best paths of imported routes ─► redirections, intents
 *     best paths of routes to pass on ─► routes of its own
 *
 * One attach or detach is in hand at a time; whoever feeds it waits for the answer. An attachment that is refused,
 * or that the dataplane cannot carry out, changes nothing.
 */
export class Instance {
  readonly setup: InstanceSetup;
  readonly endpoints = new EndpointTable();
  /** The routes that it imports, */
  readonly bestPaths: BestPathTable;
  /** and those that it may pass on; undefined if it passes on none. */
  readonly readvertisedPaths: BestPathTable | undefined;
  readonly advertisements: Advertisements;
  readonly #identifiers: EndpointIdentifiers;
  readonly #imports: Imports;
  #importTargets: ReadonlySet<RouteTarget> = new Set();
  #subscriptions: InstanceSubscriptions = { imported: new Map(), readvertised: new Map() };
  #gateway: GatewayPort | undefined;
  #description: string | undefined;
  #fallback: RequestedFallback | undefined;
  #inHand: InHand | undefined;
  #revision = 0;
  #stopping = false;

  constructor(setup: InstanceSetup, identifiers: EndpointIdentifiers) {
    this.setup = setup;
    this.bestPaths = new BestPathTable(setup.kind.policy(setup));
    this.advertisements = new Advertisements(setup);
    const { readvertiser } = this.advertisements;
    this.readvertisedPaths = readvertiser && new BestPathTable(readvertiser.policy);
    this.#identifiers = identifiers;
    this.#imports = new Imports(setup, this.endpoints, this.bestPaths);
  }

  get importTargets(): ReadonlySet<RouteTarget> {
    return this.#importTargets;
  }

  get subscriptions(): InstanceSubscriptions {
    return this.#subscriptions;
  }

  get gateway(): GatewayPort | undefined {
    return this.#gateway;
  }

  get description(): string | undefined {
    return this.#description;
  }

  /** As the request wrote it. */
  get fallback(): Readonly<Record<string, unknown>> | undefined {
    return this.#fallback?.text;
  }

  /** All that the dataplane should hold for the instance, referents first. */
  *states(): Generator<DataplaneState, void> {
    yield* this.#ownStates();
    const ofEndpoints = Array.from(this.endpoints, (endpoint) => this.#statesOf(endpoint)).flat();
    yield* new Map(ofEndpoints.map((state) => [intentKey(state), state])).values();
    yield* this.#imports.states;
  }

  step(input: InstanceInput): Outputs {
    switch (input.type) {
      case 'attach':
        return this.#stopping ? [answer(['the instance is being removed'])] : this.#attach(input.request);
      case 'detach':
        return this.#stopping ? [answer(['the instance is being removed'])] : this.#detach(input.request);
      case 'open':
        return this.#stopping ? [] : this.#open(input.importTargets);
      case 'gateway':
        return this.#stopping ? [answer(['the instance is being removed'])] : this.#setGateway(input.gateway);
      case 'best-paths':
        return this.#stopping ? [] : this.#import(input.changes);
      case 'readvertised-paths':
        return this.#stopping ? [] : this.#readvertise(input.changes);
      case 'confirmations':
        return this.#confirm(input.confirmations);
      case 'stop':
        return this.#stopping ? [] : this.#stop();
    }
  }

  #attach(request: AttachRequest): Outputs {
    const fault = checkPlug(this.setup, this.endpoints, request);
    if (fault !== undefined) return this.#refuse(fault);
    const former = this.endpoints.get(request);
    const identifiers = former ?? this.#identifiers.allocate(this.endpoints, request);
    if (typeof identifiers === 'string') return this.#refuse({ kind: 'dataplane', message: identifiers });
    const endpoint = requestedEndpoint(this.endpoints, request, identifiers);
    const states = [this.#instanceState(request), ...this.#statesOf(endpoint)];
    const intents = states.map((state) => want(state));
    const warnings = ignoredOf(this.setup, request).map((message): InstanceOutput => ({
      type: 'warning',
      message,
    }));
    const outputs = this.#transact(intents, endpoint, (faults) =>
      faults.length === 0
        ? this.#plugged(request, endpoint)
        : this.#notPlugged(request, endpoint, former, faults),
    );
    return [...warnings, ...outputs];
  }

  /** The dataplane has the endpoint: only now does anybody else hear of it. */
  #plugged(request: AttachRequest, endpoint: Endpoint): Outputs {
    const { endpoints, advertisements } = this;
    const wildcard =
      request.ip === undefined ? undefined : endpoints.get({ mac: request.mac, ip: undefined });
    const isFirst = endpoints.size === 0;
    endpoints.set(endpoint);
    this.#description = request.instanceDescription;
    this.#fallback = request.fallback ?? this.#fallback;
    const sameExports = sameMembers(advertisements.exportTargets, request.exportTargets);
    const publications = [
      ...(sameExports && !isFirst ? [] : advertisements.retarget(request.exportTargets)),
      ...advertisements.advertise(endpoint),
    ];
    if (wildcard !== undefined) {
      endpoints.delete(wildcard);
      publications.push(...advertisements.withdraw(wildcard));
      this.#identifiers.release(endpoints, wildcard);
    }
    return [
      { type: 'publish', publications },
      ...(isFirst || !sameMembers([...this.#importTargets], request.importTargets)
        ? this.#subscribe(new Set(request.importTargets))
        : []),
      ...this.#reviewRemote(endpoint),
      answer([]),
    ];
  }

  #open(importTargets: ReadonlySet<RouteTarget>): Outputs {
    return [...this.#apply([want(this.#instanceState())]), ...this.#subscribe(importTargets)];
  }

  #subscribe(importTargets: ReadonlySet<RouteTarget>): Outputs {
    const { families } = this.setup.kind;
    const { readvertiser } = this.advertisements;
    this.#importTargets = importTargets;
    this.#subscriptions = {
      imported: new Map(families.map((family) => [family, importTargets])),
      readvertised: new Map(
        readvertiser && families.map((family) => [family, readvertiser.wantedTargets(family, importTargets)]),
      ),
    };
    return [{ type: 'subscribe', subscriptions: this.#subscriptions }];
  }

  #setGateway(gateway: GatewayPort | undefined): Outputs {
    const former = this.#gateway;
    const formerStates = this.#gatewayStates();
    this.#gateway = gateway;
    const states = this.#gatewayStates();
    const intents = [...states.map((state) => want(state)), ...without(formerStates, states)];
    return this.#transact(intents, undefined, (faults) => {
      if (faults.length === 0 || gateway === undefined) return [answer(faults)];
      this.#gateway = former;
      return this.#transact(without(states, formerStates), undefined, () => [answer(faults)]);
    });
  }

  #notPlugged(
    request: AttachRequest,
    endpoint: Endpoint,
    former: Endpoint | undefined,
    faults: readonly string[],
  ): Outputs {
    if (former === undefined) this.#identifiers.release(this.endpoints, endpoint);
    if (this.endpoints.size === 0) return this.#end(this.#statesOf(endpoint), () => [answer(faults)]);
    const formerState = this.#instanceState();
    const isOther = !sameState(this.#instanceState(request), formerState);
    const intents = [...(isOther ? [want(formerState)] : []), ...this.#intentsWithout(endpoint)];
    return this.#transact(intents, undefined, () => [answer(faults)]);
  }

  #detach(request: DetachRequest): Outputs {
    const found = checkUnplug(this.endpoints, request);
    if (!found.ok) return this.#refuse(found.fault);
    const leaving = found.value;
    for (const endpoint of leaving) this.endpoints.delete(endpoint);
    const publications = leaving.flatMap((endpoint) => this.advertisements.withdraw(endpoint));
    for (const endpoint of leaving) this.#identifiers.release(this.endpoints, endpoint);
    const withdrawal: InstanceOutput = { type: 'publish', publications };
    const finish = (faults: readonly string[]): Outputs => [answer(faults)];
    if (this.endpoints.size === 0) {
      const states = leaving.flatMap((endpoint) => this.#statesOf(endpoint));
      return [withdrawal, ...this.#end(states, finish)];
    }
    return [
      withdrawal,
      ...this.#transact(
        leaving.flatMap((endpoint) => this.#intentsWithout(endpoint)),
        undefined,
        finish,
      ),
      ...leaving.flatMap((endpoint) => this.#reviewRemote(endpoint)),
    ];
  }

  /** Whoever waits for an attach or a detach waits no longer. */
  #stop(): Outputs {
    const cut = this.#inHand === undefined ? [] : [answer(['the daemon stops'])];
    const plugging = this.#inHand?.endpoint;
    const leaving = [...this.endpoints, ...(plugging === undefined ? [] : [plugging])];
    for (const endpoint of leaving) this.endpoints.delete(endpoint);
    for (const endpoint of leaving) this.#identifiers.release(this.endpoints, endpoint);
    const states = leaving.flatMap((endpoint) => this.#statesOf(endpoint));
    return [...cut, ...this.#end(states, () => [])];
  }

  /** Withdraws all, removes all from the dataplane (of its endpoints: `states`), and is no more when that is confirmed. */
  #end(states: readonly DataplaneState[], finish: (faults: readonly string[]) => Outputs): Outputs {
    this.#stopping = true;
    const publications = this.advertisements.withdrawAll();
    const own = [...states, ...this.#ownStates().toReversed()];
    const removals = new Map(own.map((state) => [intentKey(state), unwant(state)]));
    const intents = [...this.#imports.clear(), ...removals.values()];
    return [
      { type: 'publish', publications },
      ...(this.#imports.redirected.size > 0
        ? [{ type: 'redirect' as const, targets: new Set<RouteTarget>() }]
        : []),
      ...this.#transact(intents, undefined, (faults) => [...finish(faults), { type: 'ended' }]),
    ];
  }

  #import(changes: readonly BestPathChange[]): Outputs {
    const { intents, redirectedBefore: before, redirectedNow: now, warnings } = this.#imports.fold(changes);
    const all = now.size === 0 ? before : new Set([...before, ...now]);
    return [
      // An instance to which packets are redirected is there before they are, and goes after.
      ...(all.size > before.size ? [{ type: 'redirect' as const, targets: all }] : []),
      ...this.#apply(intents),
      ...(all.size > now.size ? [{ type: 'redirect' as const, targets: now }] : []),
      ...warnings.map((message) => ({ type: 'warning' as const, message })),
    ];
  }

  #readvertise(changes: readonly BestPathChange[]): Outputs {
    const publications = changes.flatMap(({ entry, best }) => this.advertisements.readvertise(entry, best));
    return publications.length === 0 ? [] : [{ type: 'publish', publications }];
  }

  /** An endpoint came or went: what the network says of its addresses counts no more, or again. */
  #reviewRemote(endpoint: Endpoint): Outputs {
    const own = this.setup.kind.entriesOfEndpoint(endpoint);
    const changes = this.bestPaths.entriesAround(own).map((entry) => {
      const best = this.bestPaths.bestOf(entry);
      return { entry, before: best, best };
    });
    return this.#import(changes);
  }

  #confirm(confirmations: readonly Confirmation[]): Outputs {
    const outputs: InstanceOutput[] = [];
    for (const confirmation of confirmations) {
      const { intent, fault } = confirmation;
      if (fault !== undefined) {
        outputs.push({ type: 'warning', message: `dataplane: ${intent.key}: ${describeFault(fault)}` });
      }
      const inHand = this.#inHand;
      inHand?.transaction.confirm(confirmation);
      if (inHand?.transaction.isComplete !== true) continue;
      this.#inHand = undefined;
      outputs.push(...inHand.finish(inHand.transaction.faults));
    }
    return outputs;
  }

  /** Carries out `intents`; `finish` says what follows when they are confirmed. */
  #transact(
    intents: readonly Intent[],
    endpoint: Endpoint | undefined,
    finish: (faults: readonly string[]) => Outputs,
  ): Outputs {
    if (intents.length === 0) return finish([]);
    const stamped = this.#stamp(intents);
    this.#inHand = { transaction: new Transaction(stamped), endpoint, finish };
    return [{ type: 'intents', intents: stamped }];
  }

  /** Carries out `intents` that nobody waits for. */
  #apply(intents: readonly Intent[]): Outputs {
    return intents.length === 0 ? [] : [{ type: 'intents', intents: this.#stamp(intents) }];
  }

  /** Intents are made for one step, and stamped in place: there may be very many. */
  #stamp(intents: readonly Intent[]): readonly Intent[] {
    for (const intent of intents) intent.revision = ++this.#revision;
    return intents;
  }

  /** A request refused before anything was done; an instance that was made for it goes with it. */
  #refuse(fault: VpnFault): Outputs {
    const refusal: InstanceOutput = { type: 'answer', result: failure(fault) };
    if (this.endpoints.size > 0) return [refusal];
    this.#stopping = true;
    return [refusal, { type: 'ended' }];
  }

  #ownStates(): readonly DataplaneState[] {
    return [this.#instanceState(), ...this.#gatewayStates()];
  }

  /** As `request` would have it; without one, as it is. */
  #instanceState(request?: AttachRequest): DataplaneState {
    const { exportTargets } = request ?? this.advertisements;
    const imported = request === undefined ? this.#importTargets : new Set(request.importTargets);
    const { fallback } = request?.fallback ?? this.#fallback ?? {};
    const importsOwn = exportTargets.some((target) => imported.has(target));
    return this.setup.kind.instanceState(this.setup, { fallback, importsOwn });
  }

  #gatewayStates(): readonly DataplaneState[] {
    return this.#gateway === undefined ? [] : gatewayPortStates(this.setup.number, this.#gateway);
  }

  #statesOf(endpoint: Endpoint): readonly DataplaneState[] {
    return this.setup.kind.endpointStates(this.setup, endpoint);
  }

  /** Brings the states of an endpoint to what the endpoints of the table need of them. */
  #intentsWithout(endpoint: Endpoint): readonly Intent[] {
    const neighbours = [
      ...this.endpoints.ofMac(endpoint.mac),
      ...this.endpoints.ofPort(endpoint.port.interface),
    ];
    const needed = new Map(
      neighbours.flatMap((other) => this.#statesOf(other)).map((state) => [intentKey(state), state]),
    );
    return this.#statesOf(endpoint).map((state) => {
      const still = needed.get(intentKey(state));
      return still === undefined ? unwant(state) : want(still);
    });
  }
}

/** The intents that remove what is among `states` and not among `others`. */
function without(states: readonly DataplaneState[], others: readonly DataplaneState[]): readonly Intent[] {
  const kept = new Set(others.map(intentKey));
  return states.filter((state) => !kept.has(intentKey(state))).map((state) => unwant(state));
}

function answer(faults: readonly string[]): InstanceOutput {
  const result =
    faults.length === 0
      ? success(undefined)
      : failure({ kind: 'dataplane' as const, message: faults.join('; ') });
  return { type: 'answer', result };
}

function sameMembers(a: readonly RouteTarget[], b: readonly RouteTarget[]): boolean {
  const members = new Set(a);
  return members.size === new Set(b).size && b.every((member) => members.has(member));
}
