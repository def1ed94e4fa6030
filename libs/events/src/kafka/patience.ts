import { setTimeout as sleep } from 'node:timers/promises';
import { isRefusal, STALE_COORDINATOR } from './refusals.js';

const TRIES = 50;
const EVERY_MS = 100;
const MOVING: ReadonlySet<string> = new Set([...STALE_COORDINATOR, 'GROUP_LOAD_IN_PROGRESS']);

/** Asks again, for some seconds, while nobody keeps the group yet: so answers a broker that has just begun. */
export async function whileCoordinatorMoves<T>(ask: () => Promise<T>, everyMs = EVERY_MS): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await ask();
    } catch (error) {
      if (tries === TRIES || !isRefusal(error, MOVING)) throw error;
    }
    await sleep(everyMs);
  }
}
