import { type Clock } from '@storey/context';
import { isAppError } from '@storey/errors';

const TRIES = 10;
const AGAIN_MS = 1000;
const PASSING: ReadonlySet<string> = new Set(['deadline_exceeded', 'unavailable', 'outcome_unknown']);

/**
 * Where all instances start at once, each may have to wait for what the others do to the same rows; a slow machine makes
 * that longer than a transaction may take. What is done here may be done twice.
 */
export async function whenInTurn(work: () => Promise<unknown>, clock: Pick<Clock, 'sleep'>): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await work();
      return;
    } catch (error) {
      const passes = isAppError(error) && PASSING.has(error.kind);
      if (!passes || tries === TRIES) throw error;
      await clock.sleep(AGAIN_MS);
    }
  }
}
