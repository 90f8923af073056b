import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { eventually, Hopeless } from '../support/eventually.ts';
import type { Namespace } from '../support/network-namespace.ts';
import { inNamespace, type Program, startProgram } from '../support/programs.ts';
import type { Files } from './compute-node.ts';
import { readSwitchState, type SwitchState } from './switch-state.ts';

/** `netdev` forwards in the process of Open vSwitch, `system` in the kernel. */
export type Datapath = 'netdev' | 'system';

/** What the kernel can do: its module is there or it is not. */
export function availableDatapath(): Datapath {
  return existsSync('/sys/module/openvswitch') ? 'system' : 'netdev';
}

export interface OpenVswitchOptions {
  /** Its files are in a directory of their own here, named after it. */
  readonly files: Files;
  readonly name: string;
  readonly datapath?: Datapath;
}

/**
 * An Open vSwitch of one network namespace: a database server and a switch, with a database and sockets that nobody
 * else uses. Both end with this process at the latest.
 *
 * Commands are texts of words without quotes, as those of `Namespace.run`; a failure rejects with what the tool said.
 */
export class OpenVswitch {
  readonly namespace: Namespace;
  readonly datapath: Datapath;
  /** With it the tools of Open vSwitch, and what runs them, talk to this one. */
  readonly environment: Readonly<Record<string, string>>;
  private readonly name: string;
  private readonly directory: string;
  private readonly files: Files;
  private readonly hooks: (() => Promise<void>)[] = [];
  private database: Program | undefined;
  private switch: Program | undefined;

  constructor(namespace: Namespace, options: OpenVswitchOptions) {
    this.namespace = namespace;
    this.name = options.name;
    this.files = options.files;
    this.datapath = options.datapath ?? availableDatapath();
    // The path of a Unix socket has 107 bytes at most, and the longest is `<bridge>.mgmt` or `ovs-vswitchd.<pid>.ctl`.
    this.directory = join(options.files.directory, options.name);
    this.environment = { OVS_RUNDIR: this.directory };
  }

  /** Starts both with an empty database; again, after `stop`, with the database as it was. */
  async start(): Promise<void> {
    await this.startDatabase();
    await this.startSwitch();
  }

  /** Ends both, and waits for it. The kernel keeps what it forwards with (`system`). */
  async stop(): Promise<void> {
    await this.switch?.stop();
    await this.database?.stop();
  }

  /** As a crash does: nothing is put in order. The database server goes on. */
  async killSwitch(): Promise<void> {
    await this.switch?.stop('SIGKILL');
  }

  /**
   * Starts the switch; it makes the bridges and ports of the database again, without their flows, and then does what
   * `afterStart` asked for.
   */
  async startSwitch(): Promise<void> {
    if (this.switch?.isRunning() === true) return;
    await untilProcessorsAreKnown();
    const program = this.startProgram('ovs-vswitchd', [`unix:${this.socket}`]);
    this.switch = program;
    await eventually(`${this.name} switches`, async () => {
      if (!program.isRunning()) throw new Hopeless(`ovs-vswitchd has ended: ${program.output()}`);
      // Any change: the tool waits until the switch has made all that is in the database.
      await this.vsctl(`--timeout=5 set Open_vSwitch . external_ids:process=${program.pid}`);
    });
    for (const hook of this.hooks) await hook();
  }

  /** Does `hook` now, and after each start of the switch: for what is in no database. */
  async afterStart(hook: () => Promise<void>): Promise<void> {
    this.hooks.push(hook);
    await hook();
  }

  vsctl(words: string): Promise<string> {
    return this.tool('ovs-vsctl', words);
  }

  /** In OpenFlow 1.5. */
  ofctl(words: string, input?: string): Promise<string> {
    return this.tool('ovs-ofctl', `-O OpenFlow15 ${words}`, input);
  }

  /** Asks the switch. */
  appctl(words: string): Promise<string> {
    return this.tool('ovs-appctl', words);
  }

  /** Runs lines such as `flow add ...` and `group add ...` as one transaction; empty lines do not count. */
  async program(bridge: string, lines: string): Promise<void> {
    const trimmed = lines.split('\n').map((line) => line.trim());
    await this.ofctl(`bundle ${bridge} -`, `${trimmed.filter((line) => line !== '').join('\n')}\n`);
  }

  /** Adds a port of the bridge; `columns` are those of its interface, such as `type=gre options:remote_ip=flow`. */
  async addPort(bridge: string, port: string, columns = ''): Promise<void> {
    await this.vsctl(
      `add-port ${bridge} ${port} ${columns === '' ? '' : `-- set interface ${port} ${columns}`}`,
    );
    await this.portNumber(port);
  }

  /** The OpenFlow number of a port. Rejects with what Open vSwitch says of a port that it could not make. */
  async portNumber(port: string): Promise<number> {
    const number = Number(await this.vsctl(`get interface ${port} ofport`));
    if (number > 0) return number;
    throw new Error(`${port} of ${this.name}: ${await this.vsctl(`get interface ${port} error`)}`);
  }

  /** Bridges, ports, flows and groups, fit to be compared with what was or will be. */
  dump(): Promise<SwitchState> {
    return readSwitchState(this);
  }

  /** What ran as the switch has written, for a failing test to show. */
  log(): string {
    return this.switch?.output() ?? '';
  }

  private get socket(): string {
    return join(this.directory, 'db.sock');
  }

  private async startDatabase(): Promise<void> {
    if (this.database?.isRunning() === true) return;
    mkdirSync(this.directory, { recursive: true });
    const file = join(this.directory, 'conf.db');
    const isNew = !existsSync(file);
    if (isNew) await execa('ovsdb-tool', ['create', file, SCHEMA]);
    const program = this.startProgram('ovsdb-server', [file, `--remote=punix:${this.socket}`]);
    this.database = program;
    await eventually(`database of ${this.name}`, async () => {
      if (!program.isRunning()) throw new Hopeless(`ovsdb-server has ended: ${program.output()}`);
      await this.vsctl('--no-wait --timeout=5 init');
    });
  }

  private startProgram(command: string, words: readonly string[]): Program {
    const options = ['--pidfile', '-vsyslog:off', '-vconsole:info'];
    return startProgram(`${this.name}-${command}`, [command, ...words, ...options], {
      ...this.files,
      place: inNamespace(this.namespace.name),
      environment: this.environment,
    });
  }

  private async tool(name: string, words: string, input = ''): Promise<string> {
    const [file, ...rest] = [...this.namespace.prefix, name, ...words.split(/\s+/)].filter(
      (word) => word !== '',
    );
    const outcome = await execa(file!, rest, {
      reject: false,
      input,
      env: this.environment,
      timeout: 30_000,
      all: true,
    });
    if (outcome.exitCode !== 0) {
      throw new Error(`${this.name}: ${name} ${words}: ${outcome.all || outcome.shortMessage || 'failed'}`);
    }
    return outcome.stdout;
  }
}

const SCHEMA = '/usr/share/openvswitch/vswitch.ovsschema';

/**
 * In its first seconds User-Mode Linux says to a process that there are no processors; a switch that hears it would
 * handle no packets for ever.
 */
async function untilProcessorsAreKnown(): Promise<void> {
  const isUserModeLinux = existsSync('/proc/exitcode');
  if (!isUserModeLinux) return;
  await eventually(
    'the machine has run for 10 s',
    async () => {
      const { stdout } = await execa('cat', ['/proc/uptime']);
      if (Number.parseFloat(stdout) < 11) throw new Error(`for ${stdout} only`);
    },
    15_000,
  );
}
