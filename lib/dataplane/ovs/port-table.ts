import { failure, success, type Result } from '../../result.ts';
import { EXTERNAL_ID, type BridgePort } from './bridge-ports.ts';
import type { Owner } from './owner.ts';
import type { PortMaking, PortRequest } from './program.ts';

/** A change of the ports of a bridge. */
export interface PortChange {
  readonly name: string;
  /** Commands of `ovs-vsctl` that go into one transaction, each after a `--`. */
  readonly words: readonly string[];
}

/** The ports of a bridge: which there are, which have to be added or removed, and what their numbers are. */
export class PortTable {
  readonly #owner: Owner;
  readonly #bridge: string;
  #ports: ReadonlyMap<string, BridgePort> | undefined;
  /** The numbers with which rows were made; undefined: the bridge did not have the port, or it was refused. */
  readonly #looked = new Map<string, number | undefined>();
  /** Why a port could not be added, or is not touched. */
  readonly #refused = new Map<string, string>();

  constructor(owner: Owner, bridge: string) {
    this.#owner = owner;
    this.#bridge = bridge;
  }

  /** Something has changed, or may have: the bridge has to be looked at again. */
  forget(): void {
    this.#ports = undefined;
    this.#refused.clear();
  }

  /** Whether the bridge has to be looked at before the numbers of these ports are known. */
  isOutdated(requests: ReadonlyMap<string, PortRequest>): boolean {
    for (const name of this.#looked.keys()) {
      if (requests.has(name)) continue;
      this.#looked.delete(name);
      this.#refused.delete(name);
    }
    if (this.#ports === undefined) return true;
    for (const name of requests.keys()) if (!this.#looked.has(name)) return true;
    return false;
  }

  /** This is what the bridge has. */
  observe(ports: readonly BridgePort[]): void {
    this.#ports = new Map(ports.map((port) => [port.name, port]));
  }

  /** Rows are made with what is known now. Returns whether that differs from what they have been made with. */
  settle(requests: ReadonlyMap<string, PortRequest>): boolean {
    let renumbered = false;
    for (const name of requests.keys()) {
      const number = this.#refused.has(name) ? undefined : this.#ports?.get(name)?.number;
      if (this.#looked.has(name) && this.#looked.get(name) !== number) renumbered = true;
      this.#looked.set(name, number);
    }
    return renumbered;
  }

  /**
   * What makes the bridge have the ports that are asked for, and of those that we added no others. A port of somebody else
   * that has the name of a tunnel, and is none of that type, is refused, and left as it is.
   */
  plan(requests: ReadonlyMap<string, PortRequest>): readonly PortChange[] {
    const ports = this.#ports ?? new Map<string, BridgePort>();
    const changes: PortChange[] = [];
    for (const [name, { owner }] of ports) {
      if (owner === this.#owner.name && !requests.has(name)) changes.push(removal(this.#bridge, name));
    }
    for (const [name, { make }] of requests) {
      const port = ports.get(name);
      if (make === undefined || this.#refused.has(name) || isMade(port, make, this.#owner)) continue;
      if (port === undefined || isOurs(port, make, this.#owner)) changes.push(this.#addition(name, make));
      else this.refuse(name, `port ${name} of bridge ${this.#bridge} ${whyLeft(port, make)}`);
    }
    return changes;
  }

  /** The port could not be added, and is not tried again before something changes. */
  refuse(name: string, reason: string): void {
    this.#refused.set(name, reason);
  }

  number(name: string): Result<number, string> {
    const refusal = this.#refused.get(name);
    if (refusal !== undefined) return failure(refusal);
    const port = this.#ports?.get(name);
    if (port === undefined) return failure(`bridge ${this.#bridge} has no port ${name}`);
    if (port.number !== undefined) return success(port.number);
    return failure(port.error ?? `port ${name} of bridge ${this.#bridge} has no OpenFlow number`);
  }

  #addition(name: string, { type, options, mtu }: PortMaking): PortChange {
    const words = ['--', '--may-exist', 'add-port', this.#bridge, name];
    if (type !== 'system') {
      words.push('--', 'clear', 'Interface', name, 'options');
      words.push('--', 'set', 'Interface', name, `type=${type}`);
      for (const option of options) words.push(optionWord(option));
    }
    if (mtu !== undefined) words.push('--', 'set', 'Interface', name, `mtu_request=${mtu}`);
    words.push('--', 'set', 'Port', name, `external_ids:${EXTERNAL_ID}=${this.#owner.name}`);
    return { name, words };
  }
}

export function removal(bridge: string, name: string): PortChange {
  return { name, words: ['--', '--if-exists', 'del-port', bridge, name] };
}

/** An interface that somebody else has added is used as it is; a tunnel is ours, and as we want it. */
function isMade(port: BridgePort | undefined, { type, options }: PortMaking, owner: Owner): boolean {
  if (port === undefined) return false;
  if (type === 'system') return true;
  return (
    port.owner === owner.name && port.type === type && String(port.options) === String([...options].sort())
  );
}

/** A tunnel of this type that nobody has marked may be one that we, or the Python daemon, had. */
function isOurs(port: BridgePort, { type }: PortMaking, owner: Owner): boolean {
  return port.owner === owner.name || port.type === type;
}

/** Of a port of somebody else that is of another type. */
function whyLeft({ type }: BridgePort, make: PortMaking): string {
  return `is somebody else's, of type ${type === '' ? 'system' : type}, not ${make.type}: it is left as it is`;
}

/** `key=value`, with the value in quotes, so that it is a text whatever it looks like. */
function optionWord(option: string): string {
  const end = option.indexOf('=');
  return `options:${option.slice(0, end)}=${JSON.stringify(option.slice(end + 1))}`;
}
