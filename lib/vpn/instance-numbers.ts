import { ipRouteDistinguisher } from '../net/route-distinguisher.ts';
import { failure, success, type Result } from '../result.ts';
import type { InstanceKind, InstanceSetup } from './instance-kind.ts';
import { distinguisherAllocator, labelAllocator } from './number-allocator.ts';
import { refused, type VpnFault } from './vpn-fault.ts';

/** What tells an instance from all others, as members of `InstanceSetup`. */
export type AllocatedInstance = Pick<
  InstanceSetup,
  'number' | 'name' | 'rdNumber' | 'rd' | 'label' | 'dataplaneId'
>;

/** The numbers that the instances of a node share: of instances, labels, route distinguishers, and VNIs. */
export class InstanceNumbers {
  readonly labels = labelAllocator();
  readonly distinguishers = distinguisherAllocator();
  readonly #bgpAddress: string;
  /** Of an instance; never given out again, so that nobody takes an instance for one that is gone. */
  #lastNumber = 0;
  /** VNIs that are in use, by the number of which instance. */
  readonly #byVni = new Map<number, number>();

  constructor(bgpAddress: string) {
    this.#bgpAddress = bgpAddress;
  }

  /** The VNIs in use, and the numbers of the instances that have them. */
  get vnis(): ReadonlyMap<number, number> {
    return this.#byVni;
  }

  /** The numbers of a new instance: all, or none if one of them cannot be had. */
  allocate(kind: InstanceKind, vni: number | undefined): Result<AllocatedInstance, VpnFault> {
    if (vni !== undefined && this.#byVni.has(vni)) {
      return failure(refused(`A VPN instance using vni ${vni} already exists.`));
    }
    const number = ++this.#lastNumber;
    const name = `${kind.instanceType}-${number}`;
    const rdNumber = this.distinguishers.allocate(name);
    if (!rdNumber.ok) return exhausted(rdNumber.fault);
    const label = vni === undefined ? this.#allocateLabel(name) : success(undefined);
    if (!label.ok) {
      this.distinguishers.release(rdNumber.value);
      return exhausted(label.fault);
    }
    const dataplaneId = vni ?? label.value!;
    // A VNI belongs to one instance, whether a client gave it or it is the label of an EVI.
    if (vni !== undefined || kind.vpnType === 'evpn') this.#byVni.set(dataplaneId, number);
    return success({
      number,
      name,
      rdNumber: rdNumber.value,
      rd: ipRouteDistinguisher(this.#bgpAddress, rdNumber.value),
      label: label.value,
      dataplaneId,
    });
  }

  release({ number, rdNumber, label, dataplaneId }: AllocatedInstance): void {
    if (this.#byVni.get(dataplaneId) === number) this.#byVni.delete(dataplaneId);
    this.distinguishers.release(rdNumber);
    if (label !== undefined) this.labels.release(label);
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
}

function exhausted(message: string): Result<never, VpnFault> {
  return failure({ kind: 'dataplane', message });
}
