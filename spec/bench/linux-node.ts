import { readFileSync } from 'node:fs';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { Subject } from 'rxjs';
import type { Confirmation, Intent } from '../../lib/dataplane/intent.ts';
import { linuxEvpnSink } from '../../streams/sinks/linux-evpn.ts';
import { Laboratory, type Namespace } from '../support/network-namespace.ts';

/** The address of the node, which its tunnels start from. */
const LOCAL_ADDRESS = '10.77.0.1';

/** A network namespace with the E-VPN sink at work in it, in this process. */
export interface LinuxNode {
  readonly namespace: Namespace;
  /** Hands intents over as fast as the sink takes them, and resolves when all are confirmed; a fault rejects. */
  readonly carryOut: (intents: readonly Intent[]) => Promise<Effort>;
  /** Entries that somebody made in the tables of the bridges and of the VXLAN devices. */
  readonly countFdbEntries: () => Promise<number>;
  readonly countNeighbours: () => Promise<number>;
}

/** What it took to carry intents out. */
export interface Effort {
  /** Seconds from the first intent to the last confirmation. */
  readonly wall: number;
  /** Seconds of CPU time, of the sink and of the tools that it ran together. */
  readonly cpu: number;
  /** The longest time that the event loop was blocked, in milliseconds. */
  readonly blocked: number;
}

/** Makes a node for as long as `use` runs. */
export async function withLinuxNode<T>(use: (node: LinuxNode) => Promise<T>): Promise<T> {
  const laboratory = new Laboratory();
  const intents$ = new Subject<readonly Intent[]>();
  try {
    const namespace = await laboratory.namespace('node');
    await namespace.script(`
      ip link add eth0 type veth peer name eth1
      ip address add ${LOCAL_ADDRESS}/24 dev eth0
      ip link set eth0 up
    `);
    const nothing = (): void => undefined;
    const sink = linuxEvpnSink({
      localAddress: LOCAL_ADDRESS,
      rootHelper: namespace.prefix,
      options: { vxlanDstPort: 4789 },
      log: { debug: nothing, info: nothing, warning: console.error, error: console.error },
    });
    let confirmed: (confirmations: readonly Confirmation[]) => void = nothing;
    intents$.pipe(sink.apply).subscribe((confirmations) => confirmed(confirmations));
    const carryOut = async (intents: readonly Intent[]): Promise<Effort> => {
      const delay = monitorEventLoopDelay({ resolution: RESOLUTION });
      delay.enable();
      await sleep(SETTLING);
      delay.reset();
      const before = cpuTime();
      const start = performance.now();
      const done = new Promise<void>((resolve, reject) => {
        let open = intents.length;
        confirmed = (confirmations) => {
          open -= confirmations.length;
          const failed = confirmations.find(({ fault }) => fault !== undefined);
          if (failed !== undefined) reject(new Error(`${failed.intent.key}: ${failed.fault!.reason}`));
          if (open === 0) resolve();
        };
      });
      // A fault may come while intents are still handed over; it is told of when `done` is awaited.
      done.catch(nothing);
      for (let first = 0; first < intents.length; first += HANDFUL) {
        intents$.next(intents.slice(first, first + HANDFUL));
        await nextTurn();
      }
      await done;
      const wall = (performance.now() - start) / 1000;
      const cpu = cpuTime() - before;
      // How late the last turn was is known in the next one.
      await sleep(SETTLING);
      delay.disable();
      return { wall, cpu, blocked: delay.max / 1e6 - RESOLUTION };
    };
    return await use({
      namespace,
      carryOut,
      countFdbEntries: () => countLines(namespace, 'bridge fdb show', /^(?!33:33|01:00).* (static|dst) ?/),
      countNeighbours: () => countLines(namespace, 'ip neigh show nud permanent', /lladdr/),
    });
  } finally {
    intents$.complete();
    await laboratory.destroy();
  }
}

/** Milliseconds; part of each delay that is measured. */
const RESOLUTION = 1;
/** Milliseconds until the measurement of delays is at work. */
const SETTLING = 20;
/** Intents that are handed over in one turn of the event loop, as the route bus brings them. */
const HANDFUL = 512;

/** User and system time of this process, and of its children that have ended, in seconds. */
function cpuTime(): number {
  // utime, stime, cutime and cstime, in hundredths of a second (proc(5)); the name before has no blank in `node`.
  const ticks = readFileSync('/proc/self/stat', 'utf8').split(' ').slice(13, 17);
  return ticks.reduce((sum, each) => sum + Number(each), 0) / 100;
}

async function countLines(namespace: Namespace, command: string, pattern: RegExp): Promise<number> {
  return (await namespace.run(command)).split('\n').filter((line) => pattern.test(line)).length;
}
