import { type Clock } from '@storey/context';
import { isAppError } from '@storey/errors';

const AGAIN_MS = 1000;

/** Tries for as long as what is asked is away. @throws what is no outage, or the signal's reason. */
export async function patiently<T>(ask: () => Promise<T>, clock: Clock, signal: AbortSignal): Promise<T> {
  for (;;) {
    signal.throwIfAborted();
    try {
      return await ask();
    } catch (error) {
      if (!isAppError(error) || error.kind !== 'unavailable') throw error;
    }
    await clock.sleep(AGAIN_MS, signal);
  }
}
