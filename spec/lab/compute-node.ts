import { join } from 'node:path';
import { type ApiClient, apiClient } from '../support/api-client.ts';
import type { Laboratory, Namespace } from '../support/network-namespace.ts';
import { inNamespace, type Program, type ProgramOptions, run, startProgram } from '../support/programs.ts';
import { builtCommand, type Configuration, type Daemon, startDaemon } from '../support/speakers/daemon.ts';
import { buildBridges } from './bridges.ts';
import { completeChecksums } from './checksums.ts';
import { OpenVswitch } from './open-vswitch.ts';
import { REFLECTOR_ADDRESS, type Underlay } from './underlay.ts';

/** Where programs keep their files, and whether they outlive us. */
export type Files = Pick<ProgramOptions, 'directory' | 'detached'>;

export interface Dataplane {
  /** Gives the node an Open vSwitch with the bridges of `bridges.ts`, which takes over its network interface. */
  readonly openVswitch?: boolean;
  /** Sections of the daemon's configuration file; the linux E-VPN driver unless given. */
  readonly configuration?: Configuration;
}

/** A compute node: a namespace of the underlay in which the daemon runs. */
export class ComputeNode {
  readonly name: string;
  readonly address: string;
  readonly namespace: Namespace;
  readonly api: ApiClient;
  private readonly laboratory: Laboratory;
  private readonly program: ProgramOptions;
  private readonly dataplane: Dataplane;
  private readonly apiSocket: string;
  private switch: OpenVswitch | undefined;
  private relay: Program | undefined;
  private current: Daemon | undefined;

  private constructor(
    name: string,
    place: { readonly namespace: Namespace; readonly address: string },
    laboratory: Laboratory,
    files: Files,
    dataplane: Dataplane,
  ) {
    this.name = name;
    this.namespace = place.namespace;
    this.address = place.address;
    this.laboratory = laboratory;
    this.dataplane = dataplane;
    this.program = { ...files, place: inNamespace(place.namespace.name) };
    this.apiSocket = join(files.directory, `${name}-api.sock`);
    this.api = apiClient({ socketPath: this.apiSocket });
  }

  /** Adds a node to the underlay, with its Open vSwitch running; its daemon is not started yet. */
  static async add(
    name: string,
    underlay: Underlay,
    files: Files,
    dataplane: Dataplane = {},
  ): Promise<ComputeNode> {
    const node = new ComputeNode(name, await underlay.addNode(name), underlay.laboratory, files, dataplane);
    if (dataplane.openVswitch === true) {
      await completeChecksums(underlay.reflector, `to-${name}`);
      await node.startOpenVswitch(files);
    }
    return node;
  }

  /** Starts the daemon; again, after it was stopped or killed, perhaps with another configuration. */
  async start(configuration = this.dataplane.configuration): Promise<void> {
    this.relay ??= this.startRelay();
    this.current = await startDaemon({
      ...this.program,
      name: this.name,
      address: this.address,
      peers: [REFLECTOR_ADDRESS],
      bgpPort: BGP_PORT,
      apiPort: API_PORT,
      api: this.api,
      environment: this.switch?.environment ?? {},
      configuration: configuration ?? { DATAPLANE_DRIVER_EVPN: { dataplane_driver: 'linux' } },
    });
  }

  get openVswitch(): OpenVswitch {
    if (this.switch === undefined) throw new Error(`node ${this.name} has no Open vSwitch`);
    return this.switch;
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
    if (this.switch !== undefined) await completeChecksums(machine, 'eth0');
    return machine;
  }

  /** Runs one of our commands on the node, as its administrator would; its output. */
  command(name: string, ...words: string[]): Promise<string> {
    const variables = Object.entries(this.switch?.environment ?? {}).map((pair) => pair.join('='));
    return run(['env', ...variables, ...builtCommand(name), ...words], inNamespace(this.namespace.name));
  }

  private startRelay(): Program {
    const script = join(import.meta.dirname, 'api-relay.mjs');
    const command = ['node', script, this.apiSocket, String(API_PORT)];
    return startProgram(`${this.name}-relay`, command, this.program);
  }

  private async startOpenVswitch(files: Files): Promise<void> {
    this.switch = new OpenVswitch(this.namespace, { files, name: `ovs-${this.name}` });
    await this.switch.start();
    await buildBridges(this.switch, this.address);
  }
}

/** Each namespace has ports of its own, so that all nodes can have the usual ones. */
const API_PORT = 8082;
export const BGP_PORT = 179;
