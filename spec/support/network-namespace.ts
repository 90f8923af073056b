import { execFileSync } from 'node:child_process';
import { execa } from 'execa';

/** The outcome of a command: specs look at failures too, so that none is thrown. */
export interface Outcome {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command of `ip` without options, which may be a line of its batch. */
const OF_IP = /^ip (?=[a-z])/;

/** A network namespace that a `Laboratory` made. */
export class Namespace {
  readonly name: string;
  /** Words that run a command in it; fit to be a `rootHelper`. */
  readonly prefix: readonly string[];

  constructor(name: string) {
    this.name = name;
    this.prefix = ['ip', 'netns', 'exec', name];
  }

  /** Runs a command, given as one text of words without quotes, and resolves to its stdout; a failure rejects. */
  async run(command: string): Promise<string> {
    const outcome = await this.attempt(command);
    if (outcome.exitCode !== 0) {
      throw new Error(`${this.name}: ${command}: ${outcome.stderr || outcome.stdout || 'failed'}`);
    }
    return outcome.stdout;
  }

  /** As `run`, but resolves to the outcome whatever it is. */
  async attempt(command: string): Promise<Outcome> {
    const [helper, ...words] = [...this.prefix, ...command.split(/\s+/).filter((word) => word !== '')];
    const { exitCode, stdout, stderr } = await execa(helper!, words, { reject: false, stdin: 'ignore' });
    return { exitCode, stdout, stderr };
  }

  /** As `run`, for tools that answer in JSON; nothing at all counts as an empty list. */
  async json(command: string): Promise<unknown> {
    const text = await this.run(command);
    return JSON.parse(text.trim() === '' ? '[]' : text);
  }

  /** Runs each line of a text, as `run` does; commands of `ip` that follow each other in one process. */
  async script(text: string): Promise<void> {
    const lines = text.split('\n').flatMap((line) => (line.trim() === '' ? [] : [line.trim()]));
    while (lines.length > 0) {
      const others = lines.findIndex((line) => !OF_IP.test(line));
      const batch = lines.splice(0, others === -1 ? lines.length : others);
      if (batch.length > 1) await this.batch(batch.map((line) => line.replace(OF_IP, '')));
      else if (batch.length === 1) await this.run(batch[0]!);
      else await this.run(lines.shift()!);
    }
  }

  private async batch(lines: readonly string[]): Promise<void> {
    const input = `${lines.join('\n')}\n`;
    const words = ['-netns', this.name, '-batch', '-'];
    const { failed, stderr } = await execa('ip', words, { reject: false, input });
    if (failed) throw new Error(`${this.name}: ${stderr} of\n${input}`);
  }

  /** Whether `count` pings to `address` are all answered; the first one may be lost to address resolution. */
  async ping(address: string, count = 3): Promise<boolean> {
    await this.attempt(`ping -c 1 -W 1 ${address}`);
    return (await this.attempt(`ping -c ${count} -i 0.05 -W 1 ${address}`)).exitCode === 0;
  }
}

let laboratories = 0;

/**
 * Network namespaces and the wires between them. Names are unique per process and laboratory, so that specs may run at
 * the same time; whatever happens, `destroy` (and the end of the process) removes all of it.
 */
export class Laboratory {
  /** What all its names begin with. */
  readonly prefix: string;
  private readonly names = new Set<string>();
  private readonly atExit = () => this.destroyNow();

  constructor(prefix = `bpk-${process.pid}-${(laboratories += 1)}`) {
    this.prefix = prefix;
    process.once('exit', this.atExit);
  }

  /** A new namespace with its loopback up. */
  async namespace(name: string): Promise<Namespace> {
    const full = `${this.prefix}-${name}`;
    this.names.add(full);
    await execa('ip', ['netns', 'add', full]);
    const namespace = new Namespace(full);
    await execa('ip', ['-netns', full, 'link', 'set', 'lo', 'up']);
    return namespace;
  }

  /** A veth pair between two namespaces, both ends up. */
  async link(a: Namespace, interfaceA: string, b: Namespace, interfaceB: string, mtu = 1500): Promise<void> {
    await execa('ip', [
      ...['link', 'add', interfaceA, 'netns', a.name, 'mtu', String(mtu), 'type', 'veth'],
      ...['peer', 'name', interfaceB, 'netns', b.name, 'mtu', String(mtu)],
    ]);
    await Promise.all([a.run(`ip link set ${interfaceA} up`), b.run(`ip link set ${interfaceB} up`)]);
  }

  /**
   * A virtual machine: a namespace whose `eth0` has this MAC (and address, `13.0.0.1/24`), the other end of the wire
   * being interface `tap` of `node`, which is left down as an orchestrator leaves it.
   */
  async machine(node: Namespace, tap: string, mac: string, address?: string): Promise<Namespace> {
    const machine = await this.namespace(tap);
    await execa('ip', [
      ...['link', 'add', tap, 'netns', node.name, 'type', 'veth'],
      ...['peer', 'name', 'eth0', 'netns', machine.name, 'address', mac, 'mtu', '1400'],
    ]);
    await machine.script(`
      ip link set eth0 up
      ${address === undefined ? '' : `ip addr add ${address} dev eth0 nodad`}
    `);
    return machine;
  }

  /** Leaves everything as it is at the end of the process. */
  keep(): void {
    process.off('exit', this.atExit);
    this.names.clear();
  }

  async destroy(): Promise<void> {
    process.off('exit', this.atExit);
    for (const name of this.names) {
      // Processes that a spec forgot would keep the namespace alive without its name.
      const { stdout } = await execa('ip', ['netns', 'pids', name], { reject: false });
      for (const pid of stdout.split(/\s+/).filter((word) => word !== '')) end(Number(pid));
      await execa('ip', ['netns', 'delete', name], { reject: false });
    }
    this.names.clear();
  }

  /** As `destroy`, without waiting: for the end of the process. */
  destroyNow(): void {
    for (const name of this.names) {
      try {
        execFileSync('ip', ['netns', 'delete', name], { stdio: 'ignore' });
      } catch {
        // Best effort: the process is ending.
      }
    }
  }
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself.
  }
}
