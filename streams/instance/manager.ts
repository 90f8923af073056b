import type { Subscription } from 'rxjs';
import type { Confirmation } from '../../lib/dataplane/intent.ts';
import type { RouteTarget } from '../../lib/net/route-target.ts';
import { failure, success, type Result } from '../../lib/result.ts';
import { EVI } from '../../lib/vpn/evi.ts';
import { NO_TARGETS } from '../../lib/rib/route-index.ts';
import { checkEvpnPlug, checkIsEvi, evpnPlug, type EvpnPlug } from '../../lib/vpn/evpn-port.ts';
import { EndpointIdentifiers } from '../../lib/vpn/identifiers.ts';
import { InstanceNumbers } from '../../lib/vpn/instance-numbers.ts';
import type { InstanceKind, InstanceSetup } from '../../lib/vpn/instance-kind.ts';
import { redirectRequest, requestedInstance, type InstanceRequest } from '../../lib/vpn/instance-request.ts';
import type { InstanceInput, InstanceOutput } from '../../lib/vpn/instance-events.ts';
import { Instance } from '../../lib/vpn/instance.ts';
import { isEvpnPort, type EvpnPort, type LocalPort, type RequestedPort } from '../../lib/vpn/local-port.ts';
import { redirectedTargets } from '../../lib/vpn/redirected-targets.ts';
import { isRedirectInstanceId, redirectInstanceId } from '../../lib/vpn/redirection.ts';
import type { AttachRequest, DetachRequest, EndpointReference } from '../../lib/vpn/request.ts';
import { refused, type VpnFault } from '../../lib/vpn/vpn-fault.ts';
import type { VpnType } from '../../lib/vpn/vpn-type.ts';
import { VRF } from '../../lib/vpn/vrf.ts';
import type { RouteBus } from '../bus/route-bus.ts';
import type { ComponentLog, LogBook } from '../log.ts';
import type { Description } from '../sinks/sink.ts';
import type { Dataplane } from './dataplane.ts';
import { describeConfirmations, describeOutput } from './describe.ts';
import { SerialTasks } from './serial.ts';
import { instancePipeline, type InstancePipeline } from './instance-pipeline.ts';

const KINDS: Readonly<Record<VpnType, InstanceKind>> = { ipvpn: VRF, evpn: EVI };

const STOPPING: VpnFault = { kind: 'dataplane', message: 'the daemon stops' };

export interface ManagerOptions {
  readonly bus: RouteBus;
  readonly dataplanes: Readonly<Record<VpnType, Dataplane>>;
  readonly bgpAddress: string;
  readonly logs: LogBook;
}

/** An instance that runs, with what the looking glass shows of it. */
export interface ManagedInstance {
  readonly instance: Instance;
  readonly log: ComponentLog;
}

interface Member extends ManagedInstance {
  readonly pipeline: InstancePipeline;
  readonly subscription: Subscription;
  /** The attach or detach in hand waits for it. */
  answered: (result: Answer) => void;
  /** The targets to which it redirects packets. */
  redirections: ReadonlySet<RouteTarget>;
  /** Of a VRF: the EVI that is plugged into it, and how. */
  plugged: { readonly evi: Member; readonly plug: EvpnPlug } | undefined;
}

type Answer = Result<undefined, VpnFault>;

/** A VRF with an EVI as `localPort`. */
interface PluggedVrf {
  readonly vrf: Member;
  readonly localPort: LocalPort;
}

/**
 * All VPN instances of the node: makes them at their first attachment, or when packets are redirected to them; hands
 * them their confirmations; joins those that are plugged into each other; forgets them with what they were made for.
 */
export class VpnManager {
  readonly numbers: InstanceNumbers;
  readonly #options: ManagerOptions;
  readonly #byExternalId = new Map<string, Member>();
  readonly #byNumber = new Map<number, Member>();
  readonly #serial = new SerialTasks();
  readonly #subscriptions: readonly Subscription[];
  #stopping = false;

  constructor(options: ManagerOptions) {
    this.#options = options;
    this.numbers = new InstanceNumbers(options.bgpAddress);
    const { ipvpn, evpn } = options.dataplanes;
    this.#subscriptions = [ipvpn, evpn].map(({ confirmations$ }) =>
      confirmations$.subscribe((confirmations) => this.#confirm(confirmations)),
    );
  }

  get instances(): Iterable<ManagedInstance> {
    return this.#byExternalId.values();
  }

  get instanceCount(): number {
    return this.#byExternalId.size;
  }

  find(externalId: string): ManagedInstance | undefined {
    return this.#byExternalId.get(externalId);
  }

  /** What the dataplane has of an instance that is worth showing: names of devices, for example. */
  describeDataplane({ setup }: Instance): Description {
    return this.#options.dataplanes[setup.kind.vpnType].describeInstance(setup.kind.instanceState(setup));
  }

  attach(request: AttachRequest<RequestedPort>): Promise<Answer> {
    return this.#serial.run(request.instanceId, async () => {
      const fault = this.#whyRefused(request) ?? this.#isOfOtherType(request);
      if (fault !== undefined) return failure(fault);
      const { port } = request;
      return isEvpnPort(port) ? this.#attachEvi(request, port) : this.#attachPort({ ...request, port });
    });
  }

  detach(request: DetachRequest): Promise<Answer> {
    return this.#serial.run(request.instanceId, async () => {
      const fault = this.#whyRefused(request);
      if (fault !== undefined) return failure(fault);
      const member = this.#byExternalId.get(request.instanceId);
      if (member === undefined) return failure(refused(`VPN ${request.instanceId} could not be found`));
      const detached = await this.#ask(member, { type: 'detach', request });
      const unplugged = await this.#unplugIdleEvi(member);
      return detached.ok ? unplugged : detached;
    });
  }

  /** From now on attachments are refused: what they would make would outlive the daemon. */
  refuseRequests(): void {
    this.#stopping = true;
  }

  /** Ends all instances; resolves when the dataplane has nothing of them any more. */
  async stop(): Promise<void> {
    this.refuseRequests();
    await Promise.all(Array.from(this.#byExternalId.values(), (member) => this.#end(member)));
    for (const subscription of this.#subscriptions) subscription.unsubscribe();
  }

  #whyRefused({ instanceId, port }: EndpointReference<RequestedPort>): VpnFault | undefined {
    if (this.#stopping) return STOPPING;
    if (isRedirectInstanceId(instanceId)) {
      return refused(
        `vpn_instance_id ${instanceId} is not valid: such ids are for instances that FlowSpec makes`,
      );
    }
    if (isEvpnPort(port) && port.evpnInstance === instanceId) {
      return refused(`local_port.evpn.id ${instanceId} is not valid: it is the instance itself`);
    }
    return undefined;
  }

  /** A detach may name the wrong type: it is clear what is meant. */
  #isOfOtherType({ instanceId, vpnType }: EndpointReference<RequestedPort>): VpnFault | undefined {
    const kind = this.#byExternalId.get(instanceId)?.instance.setup.kind;
    return kind === undefined || kind.vpnType === vpnType
      ? undefined
      : refused(`VPN ${instanceId} exists with vpn_type ${kind.vpnType}, it cannot be used as ${vpnType}`);
  }

  async #attachPort(request: AttachRequest): Promise<Answer> {
    const member = this.#findOrCreate(request);
    return member.ok ? this.#ask(member.value, { type: 'attach', request }) : member;
  }

  /** First the EVI gets its gateway port, then the VRF the port at the other end; both, or none. */
  async #attachEvi(request: AttachRequest<RequestedPort>, port: EvpnPort): Promise<Answer> {
    // Before the turn of the EVI is waited for: two VRFs that name each other would wait for ever.
    const fault = checkIsEvi(port, this.#byExternalId.get(port.evpnInstance)?.instance);
    if (fault !== undefined) return failure(fault);
    const plugged = await this.#serial.run(port.evpnInstance, () => this.#plugEvi(request, port));
    if (!plugged.ok) return plugged;
    const { vrf, localPort } = plugged.value;
    const attached = await this.#ask(vrf, { type: 'attach', request: { ...request, port: localPort } });
    if (!attached.ok) await this.#unplugIdleEvi(vrf);
    return attached;
  }

  async #plugEvi(
    request: AttachRequest<RequestedPort>,
    port: EvpnPort,
  ): Promise<Result<PluggedVrf, VpnFault>> {
    if (this.#stopping) return failure(STOPPING);
    const evi = this.#byExternalId.get(port.evpnInstance);
    const standing = this.#byExternalId.get(request.instanceId);
    const pluggedEvi = standing?.plugged?.evi.instance;
    const fault = checkEvpnPlug(port, evi?.instance, request.instanceId, pluggedEvi);
    if (fault !== undefined || evi === undefined) return failure(fault ?? STOPPING);
    const vrf = this.#findOrCreate(request);
    if (!vrf.ok) return vrf;
    const plug = vrf.value.plugged?.plug ?? evpnPlug(port, evi.instance.setup, vrf.value.instance.setup);
    // Wanted anew each time: what was removed by hand comes back.
    const answer = await this.#ask(evi, { type: 'gateway', gateway: plug.gateway });
    if (!answer.ok) {
      if (standing === undefined) await this.#end(vrf.value);
      return answer;
    }
    vrf.value.plugged = { evi, plug };
    // The interface stays; what the request says of the port is compared with what was said of its MAC before.
    return success({ vrf: vrf.value, localPort: { ...plug.port, description: port.description } });
  }

  /** An EVI that is plugged into a VRF stays so for as long as the VRF has endpoints on that port. */
  async #unplugIdleEvi(vrf: Member): Promise<Answer> {
    if (vrf.plugged === undefined) return success(undefined);
    const { evi, plug } = vrf.plugged;
    if (vrf.instance.endpoints.ofPort(plug.port.interface).length > 0) return success(undefined);
    vrf.plugged = undefined;
    // With the EVI, which may end while its turn is waited for, its port has gone.
    return this.#serial.run(evi.instance.setup.externalId, () =>
      evi.subscription.closed
        ? Promise.resolve(success(undefined))
        : this.#ask(evi, { type: 'gateway', gateway: undefined }),
    );
  }

  #findOrCreate(request: AttachRequest<RequestedPort>): Result<Member, VpnFault> {
    const member = this.#byExternalId.get(request.instanceId);
    return member === undefined ? this.#create(requestedInstance(request)) : success(member);
  }

  #create({ vpnType, vni, ...asked }: InstanceRequest): Result<Member, VpnFault> {
    const { bus, bgpAddress, dataplanes, logs } = this.#options;
    const kind = KINDS[vpnType];
    const allocated = this.numbers.allocate(kind, vni);
    if (!allocated.ok) return allocated;
    const { number, name } = allocated.value;
    const setup: InstanceSetup = {
      ...asked,
      ...allocated.value,
      kind,
      source: { kind: 'local', name },
      driver: dataplanes[vpnType].driver,
      bgpAddress,
      dataplaneAddress: dataplanes[vpnType].localAddress,
    };
    const { labels, distinguishers } = this.numbers;
    const identifiers = new EndpointIdentifiers(name, bgpAddress, labels, distinguishers);
    const pipeline = instancePipeline(new Instance(setup, identifiers), bus);
    const subscription = pipeline.outputs$.subscribe((outputs) => {
      for (const output of outputs) this.#perform(member, output);
    });
    const member: Member = {
      instance: pipeline.instance,
      log: logs.component(`vpn.${kind.instanceType.toLowerCase()}.${number}`, 'WARNING', {
        instance: asked.externalId,
      }),
      pipeline,
      subscription,
      answered: () => undefined,
      redirections: NO_TARGETS,
      plugged: undefined,
    };
    this.#byExternalId.set(asked.externalId, member);
    this.#byNumber.set(number, member);
    member.log.debug(`${asked.externalId}: begins, dataplane id ${setup.dataplaneId}`);
    return success(member);
  }

  #ask(member: Member, input: InstanceInput): Promise<Answer> {
    // An instance that has ended answers nobody; only a stop ends one that somebody still wants something of.
    if (member.subscription.closed) return Promise.resolve(failure(STOPPING));
    return new Promise((resolve) => {
      member.answered = resolve;
      member.pipeline.feed(input);
    });
  }

  /** Resolves when nothing of the instance is left. */
  #end(member: Member): Promise<void> {
    return new Promise((resolve) => {
      member.subscription.add(resolve);
      member.pipeline.feed({ type: 'stop' });
    });
  }

  #perform(member: Member, output: InstanceOutput): void {
    const { bus, dataplanes } = this.#options;
    const { setup } = member.instance;
    if (member.log.isDebug) {
      const said = describeOutput(output);
      if (said !== undefined) member.log.debug(`${setup.externalId}: ${said}`);
    }
    switch (output.type) {
      case 'intents':
        dataplanes[setup.kind.vpnType].apply(output.intents);
        break;
      case 'publish':
        bus.publish(output.publications);
        break;
      case 'subscribe':
        member.pipeline.subscribe(output.subscriptions);
        break;
      case 'redirect':
        member.redirections = output.targets;
        this.#reviewRedirections();
        break;
      case 'answer':
        member.answered(output.result);
        break;
      case 'warning':
        member.log.warning(`${setup.externalId}: ${output.message}`);
        break;
      case 'ended':
        this.#forget(member);
    }
  }

  #forget(member: Member): void {
    const { setup, gateway } = member.instance;
    this.#byExternalId.delete(setup.externalId);
    this.#byNumber.delete(setup.number);
    this.numbers.release(setup);
    // The VRF into which it was plugged goes on without it.
    const vrf = this.#byExternalId.get(gateway?.vrf.externalId ?? '');
    if (vrf?.plugged?.evi === member) vrf.plugged = undefined;
    this.#options.bus.withdrawAll(setup.source);
    // It may be wanted again since it began to end.
    if (setup.redirectTarget !== undefined) this.#reviewRedirections();
  }

  /** Makes the instances to which packets are redirected, and ends those to which none are any more. */
  #reviewRedirections(): void {
    if (this.#stopping) return;
    const members = [...this.#byExternalId.values()];
    const roots = members.filter(({ instance }) => instance.setup.redirectTarget === undefined);
    const wanted = redirectedTargets(
      roots.map(({ redirections }) => redirections),
      (target) => this.#byExternalId.get(redirectInstanceId(target))?.redirections ?? NO_TARGETS,
    );
    for (const target of wanted) this.#openRedirected(target);
    for (const { instance, pipeline } of members) {
      const { redirectTarget } = instance.setup;
      if (redirectTarget !== undefined && !wanted.has(redirectTarget)) pipeline.feed({ type: 'stop' });
    }
  }

  #openRedirected(target: RouteTarget): void {
    if (this.#byExternalId.has(redirectInstanceId(target))) return;
    const member = this.#create(redirectRequest(target));
    if (!member.ok) {
      this.#options.logs.component('vpn').error(`${redirectInstanceId(target)}: ${member.fault.message}`);
      return;
    }
    // Fed, it would have its turn only after whoever redirects to it has told the dataplane so.
    const outputs = member.value.instance.step({ type: 'open', importTargets: new Set([target]) });
    for (const output of outputs) this.#perform(member.value, output);
  }

  #confirm(confirmations: readonly Confirmation[]): void {
    const byInstance = new Map<number, Confirmation[]>();
    for (const confirmation of confirmations) {
      const { instance } = confirmation.intent;
      const list = byInstance.get(instance);
      if (list === undefined) byInstance.set(instance, [confirmation]);
      else list.push(confirmation);
    }
    for (const [number, list] of byInstance) {
      const member = this.#byNumber.get(number);
      if (member === undefined) continue;
      member.log.debug(() => `${member.instance.setup.externalId}: ${describeConfirmations(list)}`);
      member.pipeline.feed({ type: 'confirmations', confirmations: list });
    }
  }
}
