import { isAppError } from '@storey/errors';
import { systemClock, systemRandom, type Clock, type Random } from '@storey/context';
import { type RetryBudget } from './retry-budget.js';

export interface RetryOptions {
  readonly budget: RetryBudget;
  /** Tries in all. Default 3. */
  readonly attempts?: number;
  /** The first wait is uniform in [0, baseMs), each further one in twice as much. Default 20. */
  readonly baseMs?: number;
  /** No wait is longer. Default 1000. */
  readonly maxMs?: number;
  /** Default: `unavailable` and `outcome_unknown`. */
  readonly retryOn?: (error: unknown) => boolean;
  /** Ends the waiting; nothing is tried again after it. */
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
  readonly random?: Random;
}

const passing = (error: unknown): boolean =>
  isAppError(error) && (error.kind === 'unavailable' || error.kind === 'outcome_unknown');

/**
 * Tries `fn` again after a passing failure, within the budget, with exponential backoff and full jitter. Only for what
 * may happen twice without harm, and only at the hop next to the failure. @throws what the last try threw, or the
 * signal's reason when it aborts between tries.
 */
export async function retryIdempotent<T>(fn: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { budget, attempts = 3, retryOn = passing, signal, clock = systemClock } = options;
  budget.deposit();
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await fn();
    } catch (error) {
      if (attempt >= attempts || !retryOn(error) || signal?.aborted || !budget.withdraw()) throw error;
    }
    await clock.sleep(backoffMs(attempt, options), signal);
  }
}

function backoffMs(
  attempt: number,
  { baseMs = 20, maxMs = 1000, random = systemRandom }: RetryOptions,
): number {
  return random.float() * Math.min(maxMs, baseMs * 2 ** (attempt - 1));
}
