import { join } from 'node:path';
import { type ApiClient, apiClient } from '../support/api-client.ts';
import type { Laboratory, Namespace } from '../support/network-namespace.ts';
import { inNamespace, type ProgramOptions, run, startProgram } from '../support/programs.ts';
import { builtCommand, type Daemon, startDaemon } from '../support/speakers/daemon.ts';
import { REFLECTOR_ADDRESS, type Underlay } from './underlay.ts';

/** Where programs keep their files, and whether they outlive us. */
export type Files = Pick<ProgramOptions, 'directory' | 'detached'>;

/** A compute node: a namespace of the underlay in which the daemon runs with the linux E-VPN driver. */
export class ComputeNode {
  readonly name: string;
  readonly address: string;
  readonly namespace: Namespace;
  readonly api: ApiClient;
  private readonly laboratory: Laboratory;
  private readonly program: ProgramOptions;
  private current: Daemon | undefined;

  private constructor(
    name: string,
    place: { readonly namespace: Namespace; readonly address: string },
    laboratory: Laboratory,
    files: Files,
  ) {
    this.name = name;
    this.namespace = place.namespace;
    this.address = place.address;
    this.laboratory = laboratory;
    this.program = { ...files, place: inNamespace(place.namespace.name) };
    this.api = apiClient({ socketPath: join(files.directory, `${name}-api.sock`) });
  }

  /** Adds a node to the underlay; its daemon is not started yet. */
  static async add(name: string, underlay: Underlay, files: Files): Promise<ComputeNode> {
    const node = new ComputeNode(name, await underlay.addNode(name), underlay.laboratory, files);
    const relay = join(import.meta.dirname, 'api-relay.ts');
    const socket = join(files.directory, `${name}-api.sock`);
    const command = ['node', '--import', 'tsx', relay, socket, String(API_PORT)];
    startProgram(`${name}-relay`, command, node.program);
    return node;
  }

  /** Starts the daemon; again, after it was stopped or killed. */
  async start(): Promise<void> {
    this.current = await startDaemon({
      ...this.program,
      name: this.name,
      address: this.address,
      peers: [REFLECTOR_ADDRESS],
      bgpPort: BGP_PORT,
      apiPort: API_PORT,
      api: this.api,
      configuration: { DATAPLANE_DRIVER_EVPN: { dataplane_driver: 'linux' } },
    });
  }

  get daemon(): Daemon {
    if (this.current === undefined) throw new Error(`node ${this.name} was not started`);
    return this.current;
  }

  /** A virtual machine whose interface is the interface `tap` of this node. */
  async addMachine(tap: string, mac: string, address: string, mtu: number): Promise<Namespace> {
    const machine = await this.laboratory.machine(this.namespace, tap, mac, address);
    await machine.run(`ip link set eth0 mtu ${mtu}`);
    await this.namespace.run(`ip link set ${tap} mtu ${mtu}`);
    return machine;
  }

  /** Runs one of our commands on the node, as its administrator would; its output. */
  command(name: string, ...words: string[]): Promise<string> {
    return run([...builtCommand(name), ...words], inNamespace(this.namespace.name));
  }
}

/** Each namespace has ports of its own, so that all nodes can have the usual ones. */
const API_PORT = 8082;
export const BGP_PORT = 179;
