import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../../support/eventually.ts';
import type { Journey, Scenario } from '../scenario.ts';
import { formatPath, type Hop, pathOf, type Sighting } from './path.ts';
import { sender, type Sender, type Sent } from './send.ts';
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

  /** Does the work while all services are watched. */
  static async with<T>(journey: Journey, scenario: Scenario, work: (trial: Trial) => Promise<T>): Promise<T> {
    const to = scenario.machines.get(journey.to)!;
    const services = [...scenario.services.keys()];
    const ends = journey.traffic.protocol === 'udp' ? [journey.from, journey.to] : [];
    const seen = await watch([...new Set([...services, ...ends])], to.address, journey.traffic);
    const packets = await sender(journey, to);
    try {
      return await work(new Trial(journey, services, packets, seen));
    } finally {
      packets.stop();
      await seen.stop();
    }
  }

  /** Sends so many flows; those that have arrived. Rejects if it was none, with the places where they were seen. */
  async send(flows: number): Promise<readonly number[]> {
    const before = this.known();
    const { answered, complaints } = await (this.journey.traffic.protocol === 'udp'
      ? this.datagrams(flows)
      : this.packets.send(flows, PATIENCE));
    if (answered.length > 0) return answered;
    await sleep(LAG);
    const lost = [...this.known()].find((flow) => !before.has(flow));
    const traces = lost === undefined ? [] : WAYS.map((way) => [way, this.path(lost, way)] as const);
    const shown = traces.filter(([, path]) => path.length > 0);
    throw new Error(
      [
        complaints.join(', '),
        ...shown.map(([way, path]) => `seen on the way ${way} at ${formatPath(path)}`),
        ...(shown.length === 0 && this.services.length > 0 ? ['seen at no service'] : []),
      ].join('; '),
    );
  }

  /** The path of a flow, in words; rejects unless it is by these services, and no other one. */
  async by(flow: number, way: Sighting['way'], services: readonly string[]): Promise<string> {
    return await settled(() => {
      const path = this.path(flow, way);
      const crossed = path.map(({ machine }) => machine);
      // Two interfaces are the proof that a service has passed it on.
      const isPassed = path.every(({ interfaces }) => interfaces.length === 2);
      if (isPassed && crossed.join() === services.join()) return formatPath(path);
      const wanted = services.length === 0 ? 'no service' : services.join(', ');
      throw new Error(`on the way ${way}: expected ${wanted}, seen at ${formatPath(path)}`);
    });
  }

  /** How many of the flows crossed each of the services; rejects unless each crossed one of them. */
  async shares(flows: readonly number[], services: readonly string[]): Promise<readonly number[]> {
    return await settled(() => {
      const counts = services.map((machine) => {
        const there = this.at(machine);
        return flows.filter((flow) => there.has(flow)).length;
      });
      const sum = counts.reduce((total, count) => total + count, 0);
      if (sum === flows.length) return counts;
      const shown = services.map((machine, index) => `${machine} ${counts[index]!}`).join(', ');
      throw new Error(`${flows.length} flows were sent; those that were seen: ${shown}`);
    });
  }

  private path(flow: number, way: Sighting['way']): readonly Hop[] {
    const sightings = this.seen.sightings();
    return pathOf(
      sightings.filter(
        (each) => each.flow === flow && each.way === way && this.services.includes(each.machine),
      ),
    );
  }

  /** Flows that were seen at a machine on their way there. */
  private at(machine: string): ReadonlySet<number> {
    const there = this.seen.sightings().filter((each) => each.machine === machine && each.way === 'there');
    return new Set(there.map(({ flow }) => flow));
  }

  private known(): ReadonlySet<number> {
    return new Set(this.seen.sightings().map(({ flow }) => flow));
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
