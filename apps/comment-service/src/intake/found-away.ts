import { type Clock } from '@storey/context';

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
}
