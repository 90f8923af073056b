import { ipRouteDistinguisher, type RouteDistinguisher } from '../net/route-distinguisher.ts';
import type { Endpoint, EndpointTable } from './endpoint.ts';
import type { NumberAllocator } from './number-allocator.ts';
import type { AttachRequest } from './request.ts';

/** The numbers that an endpoint has for as long as it is plugged. */
export interface AllocatedIdentifiers {
  readonly label: number;
  readonly rdNumber: number;
  readonly rd: RouteDistinguisher;
}

/** Gives the endpoints of one instance their labels (one for each MAC) and route distinguishers (one for each). */
export class EndpointIdentifiers {
  readonly #instanceName: string;
  readonly #bgpAddress: string;
  readonly #labels: NumberAllocator;
  readonly #distinguishers: NumberAllocator;

  constructor(
    instanceName: string,
    bgpAddress: string,
    labels: NumberAllocator,
    distinguishers: NumberAllocator,
  ) {
    this.#instanceName = instanceName;
    this.#bgpAddress = bgpAddress;
    this.#labels = labels;
    this.#distinguishers = distinguishers;
  }

  /** Identifiers for a new endpoint, or what there is too little of. */
  allocate(endpoints: EndpointTable, request: AttachRequest): AllocatedIdentifiers | string {
    const { mac, macText, ipText, port } = request;
    const owner = `${this.#instanceName}, interface ${port.interface}, endpoint ('${macText}', ${ipText === undefined ? 'None' : `'${ipText}'`})`;
    const rdNumber = this.#distinguishers.allocate(owner);
    if (!rdNumber.ok) return rdNumber.fault;
    const rd = ipRouteDistinguisher(this.#bgpAddress, rdNumber.value);
    const sibling = endpoints.ofMac(mac)[0];
    if (sibling !== undefined) return { label: sibling.label, rdNumber: rdNumber.value, rd };
    const label = this.#labels.allocate(`Incoming traffic for ${owner}`);
    if (!label.ok) {
      this.#distinguishers.release(rdNumber.value);
      return label.fault;
    }
    return { label: label.value, rdNumber: rdNumber.value, rd };
  }

  /** Takes back what an endpoint had that is not in the table any more; the label with the last of its MAC. */
  release(endpoints: EndpointTable, endpoint: Endpoint): void {
    this.#distinguishers.release(endpoint.rdNumber);
    if (!endpoints.hasMac(endpoint.mac)) this.#labels.release(endpoint.label);
  }
}
