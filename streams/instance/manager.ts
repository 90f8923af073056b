import type { Subscription } from 'rxjs';
import type { Confirmation } from '../../lib/dataplane/intent.ts';
import { ipRouteDistinguisher } from '../../lib/net/route-distinguisher.ts';
import { failure, success, type Result } from '../../lib/result.ts';
import { BestPathTable } from '../../lib/rib/best-path.ts';
import { EVI } from '../../lib/vpn/evi.ts';
import { EndpointIdentifiers } from '../../lib/vpn/identifiers.ts';
import type { InstanceKind, InstanceSetup } from '../../lib/vpn/instance-kind.ts';
import { Instance, type InstanceInput, type InstanceOutput } from '../../lib/vpn/instance.ts';
import {
  distinguisherAllocator,
  instanceNumberAllocator,
  labelAllocator,
} from '../../lib/vpn/number-allocator.ts';
import type { AttachRequest, DetachRequest } from '../../lib/vpn/request.ts';
import { refused, type VpnFault } from '../../lib/vpn/vpn-fault.ts';
import type { VpnType } from '../../lib/vpn/vpn-type.ts';
import { VRF } from '../../lib/vpn/vrf.ts';
import type { RouteBus } from '../bus/route-bus.ts';
import type { ComponentLog, LogBook } from '../log.ts';
import type { Dataplane } from './dataplane.ts';
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
  answered: (result: Result<undefined, VpnFault>) => void;
}

/**
 * All VPN instances of the node: makes them at their first attachment, hands them their confirmations, forgets them
 * with their last, and gives out what they share (numbers, labels, route distinguishers, VNIs).
 */
export class VpnManager {
  readonly labels = labelAllocator();
  readonly #options: ManagerOptions;
  readonly #numbers = instanceNumberAllocator();
  readonly #distinguishers = distinguisherAllocator();
  readonly #byExternalId = new Map<string, Member>();
  readonly #byNumber = new Map<number, Member>();
  /** VNIs that are in use, by whom. */
  readonly #byVni = new Map<number, Member>();
  readonly #serial = new SerialTasks();
  readonly #subscriptions: readonly Subscription[];
  #stopping = false;

  constructor(options: ManagerOptions) {
    this.#options = options;
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

  /** The instances with a VNI that a client gave. */
  get instancesByVni(): Iterable<readonly [number, ManagedInstance]> {
    return [...this.#byVni].filter(([, { instance }]) => instance.setup.label === undefined);
  }

  /** What the dataplane has of an instance that is worth showing: names of devices, for example. */
  describeDataplane({ setup }: Instance): Readonly<Record<string, string>> {
    return this.#options.dataplanes[setup.kind.vpnType].describeInstance(setup.kind.instanceState(setup));
  }

  attach(request: AttachRequest): Promise<Result<undefined, VpnFault>> {
    return this.#serial.run(request.instanceId, async () => {
      if (this.#stopping) return failure(STOPPING);
      const member = this.#findOrCreate(request);
      return member.ok ? this.#ask(member.value, { type: 'attach', request }) : member;
    });
  }

  detach(request: DetachRequest): Promise<Result<undefined, VpnFault>> {
    return this.#serial.run(request.instanceId, async () => {
      if (this.#stopping) return failure(STOPPING);
      const member = this.#byExternalId.get(request.instanceId);
      if (member === undefined) return failure(refused(`VPN ${request.instanceId} could not be found`));
      const fault = checkType(member, request.vpnType);
      return fault === undefined ? this.#ask(member, { type: 'detach', request }) : failure(fault);
    });
  }

  /** From now on attachments are refused: what they would make would outlive the daemon. */
  refuseRequests(): void {
    this.#stopping = true;
  }

  /** Ends all instances; resolves when the dataplane has nothing of them any more. */
  async stop(): Promise<void> {
    this.refuseRequests();
    const members = [...this.#byExternalId.values()];
    await Promise.all(
      members.map(
        (member) =>
          new Promise<void>((resolve) => {
            member.subscription.add(resolve);
            member.pipeline.feed({ type: 'stop' });
          }),
      ),
    );
    for (const subscription of this.#subscriptions) subscription.unsubscribe();
  }

  #findOrCreate(request: AttachRequest): Result<Member, VpnFault> {
    const member = this.#byExternalId.get(request.instanceId);
    if (member === undefined) return this.#create(request);
    const fault = checkType(member, request.vpnType);
    return fault === undefined ? success(member) : failure(fault);
  }

  #create(request: AttachRequest): Result<Member, VpnFault> {
    const setup = this.#allocate(request);
    if (!setup.ok) return setup;
    const { bus, bgpAddress, logs } = this.#options;
    const { kind, name, number, externalId } = setup.value;
    const bestPaths = new BestPathTable(kind.policy(setup.value));
    const identifiers = new EndpointIdentifiers(name, bgpAddress, this.labels, this.#distinguishers);
    const pipeline = instancePipeline(new Instance(setup.value, bestPaths, identifiers), bus);
    const log = logs.component(`vpn.${kind.instanceType.toLowerCase()}.${number}`);
    const subscription = pipeline.outputs$.subscribe((outputs) => {
      for (const output of outputs) this.#perform(member, output);
    });
    const member: Member = {
      instance: pipeline.instance,
      log,
      pipeline,
      subscription,
      answered: () => undefined,
    };
    this.#byExternalId.set(externalId, member);
    this.#byNumber.set(number, member);
    if (usesVni(setup.value)) this.#byVni.set(setup.value.dataplaneId, member);
    return success(member);
  }

  /** The numbers of a new instance: all, or none if one of them cannot be had. */
  #allocate(request: AttachRequest): Result<InstanceSetup, VpnFault> {
    const { vpnType, instanceId: externalId, vni } = request;
    if (vni !== undefined && this.#byVni.has(vni)) {
      return failure(refused(`A VPN instance using vni ${vni} already exists.`));
    }
    const { bgpAddress, dataplanes } = this.#options;
    const kind = KINDS[vpnType];
    const number = this.#numbers.allocate(externalId);
    if (!number.ok) return exhausted(number.fault);
    const name = `${kind.instanceType}-${number.value}`;
    const rdNumber = this.#distinguishers.allocate(name);
    if (!rdNumber.ok) return exhausted(rdNumber.fault);
    const label = vni === undefined ? this.#allocateLabel(name) : success(undefined);
    if (!label.ok) {
      this.#distinguishers.release(rdNumber.value);
      return exhausted(label.fault);
    }
    return success({
      kind,
      number: number.value,
      name,
      externalId,
      source: { kind: 'local', name },
      driver: dataplanes[vpnType].driver,
      bgpAddress,
      dataplaneAddress: dataplanes[vpnType].localAddress,
      rdNumber: rdNumber.value,
      rd: ipRouteDistinguisher(bgpAddress, rdNumber.value),
      dataplaneId: vni ?? label.value!,
      label: label.value,
      gatewayIp: request.gatewayIp,
      prefixLength: request.ip?.length,
      bridge: request.bridge,
      readvertise: request.readvertise,
      attractTraffic: request.attractTraffic,
    });
  }

  /** The label of an instance may serve as its VNI: one that a client has taken as VNI will not do. */
  #allocateLabel(name: string): Result<number, string> {
    const clashing: number[] = [];
    let label = this.labels.allocate(`Incoming traffic for ${name}`);
    while (label.ok && this.#byVni.has(label.value)) {
      clashing.push(label.value);
      label = this.labels.allocate(`Incoming traffic for ${name}`);
    }
    for (const number of clashing) this.labels.release(number);
    return label;
  }

  #ask(member: Member, input: InstanceInput): Promise<Result<undefined, VpnFault>> {
    return new Promise((resolve) => {
      member.answered = resolve;
      member.pipeline.feed(input);
    });
  }

  #perform(member: Member, output: InstanceOutput): void {
    const { bus, dataplanes } = this.#options;
    const { setup } = member.instance;
    switch (output.type) {
      case 'intents':
        dataplanes[setup.kind.vpnType].apply(output.intents);
        break;
      case 'publish':
        bus.publish(output.publications);
        break;
      case 'import':
        member.pipeline.importTargets(output.targets);
        break;
      case 'answer':
        member.answered(output.result);
        break;
      case 'warning':
        member.log.warning(`${setup.externalId}: ${output.message}`);
        break;
      case 'ended':
        this.#forget(setup);
    }
  }

  #forget({ externalId, number, rdNumber, label, dataplaneId, source }: InstanceSetup): void {
    this.#byExternalId.delete(externalId);
    this.#byNumber.delete(number);
    if (this.#byVni.get(dataplaneId)?.instance.setup.number === number) this.#byVni.delete(dataplaneId);
    this.#distinguishers.release(rdNumber);
    if (label !== undefined) this.labels.release(label);
    this.#options.bus.withdrawAll(source);
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
      this.#byNumber.get(number)?.pipeline.feed({ type: 'confirmations', confirmations: list });
    }
  }
}

function checkType({ instance }: Member, vpnType: VpnType): VpnFault | undefined {
  const { kind, externalId } = instance.setup;
  return kind.vpnType === vpnType
    ? undefined
    : refused(`VPN ${externalId} exists with vpn_type ${kind.vpnType}, it cannot be used as ${vpnType}`);
}

/** A VNI belongs to one instance, whether a client gave it or it is the label of an EVI. */
function usesVni({ kind, label }: InstanceSetup): boolean {
  return label === undefined || kind.vpnType === 'evpn';
}

function exhausted(message: string): Result<never, VpnFault> {
  return failure({ kind: 'dataplane', message });
}
