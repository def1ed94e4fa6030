import { systemClock, type Clock } from '@storey/context';
import { isOutage } from '@storey/errors';

const AGAIN_MS = 1000;

export interface PatientlyOptions {
  /** In all. Absent: for as long as the outage lasts. */
  readonly tries?: number;
  /** Ends the waiting; nothing is tried after it. */
  readonly signal?: AbortSignal;
  readonly clock?: Pick<Clock, 'sleep'>;
}

/**
 * Does in the background what can wait for its turn: again each second for as long as something that it needs is away or
 * busy. For what may happen twice; nobody waits for it, so it has no budget. @throws what is no outage, what the last try
 * threw, or the signal's reason.
 */
export async function patiently<T>(
  work: () => Promise<T>,
  { tries = Infinity, signal, clock = systemClock }: PatientlyOptions = {},
): Promise<T> {
  for (let tried = 1; ; tried += 1) {
    signal?.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      if (tried >= tries || !isOutage(error)) throw error;
    }
    await clock.sleep(AGAIN_MS, signal);
  }
}
