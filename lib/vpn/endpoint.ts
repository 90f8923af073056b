import type { IpPrefix } from '../net/ip-prefix.ts';
import type { RouteDistinguisher } from '../net/route-distinguisher.ts';
import type { AllocatedIdentifiers } from './identifiers.ts';
import type { LocalPort } from './local-port.ts';
import type { AttachRequest, Description, EndpointReference } from './request.ts';
import type { Direction } from './vpn-type.ts';

/** A (MAC, IP) of a virtual machine that is plugged into an instance. */
export interface Endpoint {
  readonly mac: string;
  /** MAC and IP as the request wrote them, to be shown. */
  readonly macText: string;
  readonly ip: IpPrefix | undefined;
  readonly ipText: string | undefined;
  readonly port: LocalPort;
  /** One label for each MAC, whatever the number of its addresses. */
  readonly label: number;
  readonly rdNumber: number;
  readonly rd: RouteDistinguisher;
  readonly direction: Direction;
  readonly advertiseSubnet: boolean;
  readonly localPref: number | undefined;
  readonly hashOrder: number;
  readonly description: Description | undefined;
}

/** The endpoint that a request describes, beside those that there are: of those of one MAC, the first gave the hash order. */
export function requestedEndpoint(
  endpoints: EndpointTable,
  request: AttachRequest,
  { label, rdNumber, rd }: AllocatedIdentifiers,
): Endpoint {
  return {
    mac: request.mac,
    macText: request.macText,
    ip: request.ip,
    ipText: request.ipText,
    port: request.port,
    label,
    rdNumber,
    rd,
    direction: request.direction,
    advertiseSubnet: request.advertiseSubnet,
    localPref: request.localPref,
    hashOrder: endpoints.ofMac(request.mac)[0]?.hashOrder ?? request.hashOrder,
    description: request.description,
  };
}

export function endpointKey({ mac, ip }: Pick<EndpointReference, 'mac' | 'ip'>): string {
  return ip === undefined ? mac : `${mac} ${ip.address}/${ip.length}`;
}

/** The endpoints of an instance, found by endpoint, by MAC, by IP address and by port. */
export class EndpointTable {
  readonly #endpoints = new Map<string, Endpoint>();
  readonly #byMac = new Map<string, Set<Endpoint>>();
  readonly #byAddress = new Map<string, Set<Endpoint>>();
  readonly #byPort = new Map<string, Set<Endpoint>>();

  set(endpoint: Endpoint): void {
    const former = this.get(endpoint);
    if (former !== undefined) this.delete(former);
    this.#endpoints.set(endpointKey(endpoint), endpoint);
    for (const [index, key] of this.#places(endpoint)) {
      const members = index.get(key);
      if (members === undefined) index.set(key, new Set([endpoint]));
      else members.add(endpoint);
    }
  }

  delete(endpoint: Endpoint): void {
    this.#endpoints.delete(endpointKey(endpoint));
    for (const [index, key] of this.#places(endpoint)) {
      const members = index.get(key);
      members?.delete(endpoint);
      if (members?.size === 0) index.delete(key);
    }
  }

  get(reference: Pick<EndpointReference, 'mac' | 'ip'>): Endpoint | undefined {
    return this.#endpoints.get(endpointKey(reference));
  }

  get size(): number {
    return this.#endpoints.size;
  }

  [Symbol.iterator](): IterableIterator<Endpoint> {
    return this.#endpoints.values();
  }

  ofMac(mac: string): readonly Endpoint[] {
    return [...(this.#byMac.get(mac) ?? [])];
  }

  ofAddress(address: string): readonly Endpoint[] {
    return [...(this.#byAddress.get(address) ?? [])];
  }

  hasMac(mac: string): boolean {
    return this.#byMac.has(mac);
  }

  hasAddress(address: string): boolean {
    return this.#byAddress.has(address);
  }

  ofPort(name: string): readonly Endpoint[] {
    return [...(this.#byPort.get(name) ?? [])];
  }

  #places(endpoint: Endpoint): readonly (readonly [Map<string, Set<Endpoint>>, string])[] {
    const places: [Map<string, Set<Endpoint>>, string][] = [
      [this.#byMac, endpoint.mac],
      [this.#byPort, endpoint.port.interface],
    ];
    if (endpoint.ip !== undefined) places.push([this.#byAddress, endpoint.ip.address]);
    return places;
  }
}
