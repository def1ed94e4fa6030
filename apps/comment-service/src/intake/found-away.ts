import { type Clock } from '@storey/context';
import { isAppError } from '@storey/errors';

/** So long nobody pays again to learn that it is away. */
const AWAY_MS = 1000;

/** Remembers for a moment that something was found away; then one asks for all whether it is back. */
export class FoundAway {
  readonly #clock: Clock;
  #isAway = false;
  #askAt = -Infinity;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether it was found away, or somebody set out to ask, so short a time ago that it may be taken for away still. */
  get isAway(): boolean {
    return this.#isAway && this.#clock.monotonic() < this.#askAt + AWAY_MS;
  }

  /** Whether who comes now is to ask it, and to tell what was found. */
  asks(): boolean {
    const now = this.#clock.monotonic();
    if (!this.#isAway) return true;
    if (now < this.#askAt) return false;
    this.#askAt = now + AWAY_MS;
    return true;
  }

  found(state: 'there' | 'away'): void {
    this.#isAway = state === 'away';
    this.#askAt = this.#clock.monotonic() + AWAY_MS;
  }

  /** Runs `work` and takes from it what was found: what does not answer is away, who is only late is not. */
  async watch<T>(work: () => Promise<T>): Promise<T> {
    try {
      const result = await work();
      this.found('there');
      return result;
    } catch (error) {
      if (isAppError(error) && error.kind === 'unavailable') this.found('away');
      throw error;
    }
  }
}
