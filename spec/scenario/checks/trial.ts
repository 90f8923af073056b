import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../../support/eventually.ts';
import type { DoesNotReach, Journey, Scenario, Spreads } from '../scenario.ts';
import { formatPath, type Sighting } from './path.ts';
import { sender, type Sender, type Sent } from './send.ts';
import { areLost, crosses, isSpread, pathsBy } from './verdict.ts';
import { watch, type Watch } from './watch.ts';

/** In seconds: until an answer. */
const PATIENCE = 1;
/** In milliseconds: until what was captured is known here. */
const SETTLING = 2_000;

/** What a check can do, as often as it likes: send flows, and ask where they were seen. */
export class Trial {
  private readonly journey: Journey;
  private readonly services: readonly string[];
  private readonly packets: Sender;
  private readonly seen: Watch;

  private constructor(journey: Journey, services: readonly string[], packets: Sender, seen: Watch) {
    this.journey = journey;
    this.services = services;
    this.packets = packets;
    this.seen = seen;
  }

  /** Does the work while all services are watched, and both ends if that is asked for. */
  static async with<T>(
    journey: Journey,
    { machines, services }: Scenario,
    watchesEnds: boolean,
    work: (trial: Trial) => Promise<T>,
  ): Promise<T> {
    const to = machines.get(journey.to)!;
    // Those that were not attached yet are nowhere.
    const names = [...services.keys()].filter((name) => existsSync(join('/run/netns', name)));
    const ends = watchesEnds || journey.traffic.protocol === 'udp' ? [journey.from, journey.to] : [];
    const seen = await watch([...new Set([...names, ...ends])], to.address, journey.traffic);
    try {
      const packets = await sender(journey, to);
      try {
        return await work(new Trial(journey, names, packets, seen));
      } finally {
        packets.stop();
      }
    } finally {
      await seen.stop();
    }
  }

  /** Forgets what earlier attempts have shown. */
  renew(): void {
    this.seen.renew();
  }

  /**
   * Sends so many flows, as the first ones of an attempt; those that have arrived. Rejects if it was none, with the places
   * where they were seen.
   */
  async send(flows: number): Promise<readonly number[]> {
    const { answered, complaints } = await this.deliver(flows);
    if (answered.length > 0) return answered;
    await sleep(LAG);
    const lost = this.seen.sightings()[0]?.flow ?? NaN;
    const traces = WAYS.map((way) => [way, this.paths(way).get(lost) ?? []] as const);
    const shown = traces.filter(([, path]) => path.length > 0);
    throw new Error(
      [
        complaints.join(', '),
        ...shown.map(([way, path]) => `seen on the way ${way} at ${formatPath(path)}`),
        ...(shown.length === 0 && this.services.length > 0 ? ['seen at no service'] : []),
      ].join('; '),
    );
  }

  /** Sends packets until it is clear that they are lost, and where; rejects if they are not. Both ends are watched. */
  async lose(check: DoesNotReach): Promise<string> {
    for (let times = 0; times < 2; times += 1) {
      const { answered } = await this.deliver(1);
      if (answered.length > 0) throw new Error(`${check.to} is reached`);
    }
    await sleep(LAG);
    return await settled(() =>
      areLost(check, this.services, this.seen.sightings(), this.seen.hasAsked(check.from)),
    );
  }

  /** The path of a flow, in words; rejects unless it is by these services, and no other one. */
  async by(flow: number, way: Sighting['way'], services: readonly string[]): Promise<string> {
    return await settled(() => crosses(this.paths(way).get(flow) ?? [], way, services));
  }

  /** How many of the flows have crossed each of the services; rejects unless they are spread as they should be. */
  async shares(
    flows: readonly number[],
    way: Sighting['way'],
    check: Spreads,
    least: number,
  ): Promise<string> {
    return await settled(() => isSpread(check, way, flows, this.paths(way), least));
  }

  private paths(way: Sighting['way']): ReturnType<typeof pathsBy> {
    return pathsBy(this.services, way, this.seen.sightings());
  }

  private async deliver(flows: number): Promise<Sent> {
    return this.journey.traffic.protocol === 'udp'
      ? await this.datagrams(flows)
      : await this.packets.send(flows, PATIENCE);
  }

  /** Flows that were seen at a machine on their way there. */
  private at(machine: string): ReadonlySet<number> {
    const there = this.seen.sightings().filter((each) => each.machine === machine && each.way === 'there');
    return new Set(there.map(({ flow }) => flow));
  }

  /** UDP is not answered; what has come is seen where it comes to. */
  private async datagrams(flows: number): Promise<Sent> {
    const { from, to } = this.journey;
    const before = this.at(from);
    await this.packets.send(flows, PATIENCE);
    let answered: readonly number[] = [];
    for (let waited = 0; waited < SETTLING && answered.length < flows; waited += 100) {
      await sleep(100);
      const come = this.at(to);
      answered = [...this.at(from)].filter((flow) => !before.has(flow) && come.has(flow));
    }
    return { answered, complaints: ['nothing arrives'] };
  }
}

const WAYS = ['there', 'back'] as const;
/** In milliseconds: packets of which no more is known then were not seen. */
const LAG = 200;

async function settled<T>(look: () => T): Promise<T> {
  return await eventually('seen so', look, SETTLING).catch((error: unknown) => {
    // How long it was looked for is of no interest.
    throw new Error(error instanceof Error ? error.message.replace(/^seen so, .*? ms: /, '') : String(error));
  });
}
