import { setTimeout as sleep } from 'node:timers/promises';
import { isInUserModeLinux } from '../../lab/user-mode-linux.ts';
import type { DoesNotReach, Journey, Reaches, Scenario, Spreads } from '../scenario.ts';
import { Trial } from './trial.ts';

/**
 * Checks send packets until they go as they should, as routes take their time, and say what was seen; they reject with
 * what was seen instead.
 */

/** Its value is used in place of the deadline, by those who know that checks fail. */
export const PATIENCE_VARIABLE = 'BAGPIPE_SCENARIO_PATIENCE';
/** In milliseconds: until packets have to go as they should. The session with a node that has failed lasts for a while. */
const DEADLINE = Number(process.env[PATIENCE_VARIABLE] ?? (isInUserModeLinux() ? 60_000 : 20_000));
const PAUSE = 200;

/** Packets arrive and are answered (TCP, ping), by the services that they should cross. */
export async function reaches(check: Reaches, scenario: Scenario): Promise<string> {
  return await sooner(check, scenario, async (trial) => {
    const [flow] = await trial.send(1);
    const seen: string[] = [];
    if (check.through !== undefined) seen.push(`by ${await trial.by(flow!, 'there', check.through)}`);
    if (check.back !== undefined) seen.push(`back by ${await trial.by(flow!, 'back', check.back)}`);
    return seen.join('; ');
  });
}

/** Packets leave, twice in a row, and are neither answered nor seen where they should not be. */
export async function doesNotReach(check: DoesNotReach, scenario: Scenario): Promise<string> {
  return await sooner(check, scenario, (trial) => trial.lose(check), true);
}

/** Each flow arrives and crosses one of the services, there and back; none of these gets much less than its share. */
export async function spreads(check: Spreads, scenario: Scenario): Promise<string> {
  const { over, flows, traffic } = check;
  // What chance does is allowed.
  const least = Math.floor(flows / over.length / 2.5);
  return await sooner(check, scenario, async (trial) => {
    const arrived = await trial.send(flows);
    if (arrived.length < flows) throw new Error(`${arrived.length} of ${flows} flows arrived`);
    const there = await trial.shares(arrived, 'there', check, least);
    if (traffic.protocol === 'udp') return `${flows} flows: ${there}`;
    return `${flows} flows: ${there}; back: ${await trial.shares(arrived, 'back', check, least)}`;
  });
}

/** Tries until the attempt does not reject, or for too long; its last reason then. */
async function sooner(
  journey: Journey,
  scenario: Scenario,
  attempt: (trial: Trial) => Promise<string>,
  watchesEnds = false,
): Promise<string> {
  return await Trial.with(journey, scenario, watchesEnds, async (trial) => {
    const end = performance.now() + DEADLINE;
    for (;;) {
      trial.renew();
      try {
        return await attempt(trial);
      } catch (error) {
        if (performance.now() >= end) throw error;
      }
      await sleep(PAUSE);
    }
  });
}
