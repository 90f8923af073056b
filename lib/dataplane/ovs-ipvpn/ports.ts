import type { PortRequest, SwitchView } from '../ovs/program.ts';
import { success, type Result } from '../../result.ts';

/** A port of the bridge: by its name, or by its OpenFlow number. */
export type PortRef = string | number;

/** The number as text has a blank, which no name has. */
export function portText(port: PortRef): string {
  return typeof port === 'number' ? `number ${port}` : port;
}

export function portNumber(port: PortRef, view: SwitchView): Result<number, string> {
  return typeof port === 'number' ? success(port) : view.portNumber(port);
}

/** A port by name, and how it is added if the bridge does not have it. */
export interface NamedPort {
  readonly name: string;
  readonly request: PortRequest;
}

/** Ports that must be there, each as long as somebody asks for it. */
export class RequestedPorts {
  readonly requests: ReadonlyMap<string, PortRequest>;
  readonly #requests = new Map<string, PortRequest>();
  readonly #asked = new Map<string, PortRequest[]>();

  constructor() {
    this.requests = this.#requests;
  }

  hold({ name, request }: NamedPort): void {
    const asked = this.#asked.get(name);
    if (asked === undefined) this.#asked.set(name, [request]);
    else asked.push(request);
    this.#choose(name);
  }

  /** One of those who asked for the port in this way no longer does. */
  release({ name, request }: NamedPort): void {
    const asked = this.#asked.get(name) ?? [];
    const index = asked.findIndex(({ make }) => (make === undefined) === (request.make === undefined));
    if (index >= 0) asked.splice(index, 1);
    if (asked.length === 0) this.#asked.delete(name);
    this.#choose(name);
  }

  /** Whoever says how the port is added speaks for those who expect it to be there. */
  #choose(name: string): void {
    const asked = this.#asked.get(name);
    if (asked === undefined) {
      this.#requests.delete(name);
      return;
    }
    const chosen = asked.find(({ make }) => make !== undefined) ?? asked[0]!;
    if (this.#requests.get(name) !== chosen) this.#requests.set(name, chosen);
  }
}
