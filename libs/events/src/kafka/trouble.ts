import { setTimeout as sleep } from 'node:timers/promises';
import { type ResolvedOptions } from '../options.js';

const FIRST_PAUSE_MS = 100;
const LAST_PAUSE_MS = 2000;

/**
 * The pauses of a loop that heals by itself, growing up to 2 s. An outage is reported once, not at each try. On real
 * time whatever the clock: it waits for a network.
 */
export class Trouble {
  readonly #onError: ResolvedOptions['onError'];
  readonly #where: string;
  #pauseMs = 0;

  constructor(onError: ResolvedOptions['onError'], where: string) {
    this.#onError = onError;
    this.#where = where;
  }

  async met(error: unknown, signal: AbortSignal): Promise<void> {
    if (this.#pauseMs === 0) this.#onError(error, this.#where);
    this.#pauseMs = Math.min(LAST_PAUSE_MS, this.#pauseMs * 2 || FIRST_PAUSE_MS);
    try {
      await sleep(this.#pauseMs, undefined, { signal });
    } catch (cause) {
      if (!signal.aborted) throw cause;
    }
  }

  over(): void {
    this.#pauseMs = 0;
  }
}
