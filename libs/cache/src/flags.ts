import { type Clock } from '@storey/context';

/** "This was done a moment ago", by id: each for `lifeMs`, at most `most` at a time. */
export class Flags<Id> {
  /** In the order of their end, as all live equally long. */
  readonly #until = new Map<Id, number>();
  readonly #clock: Clock;
  readonly #lifeMs: number;
  readonly #most: number;

  constructor(clock: Clock, { lifeMs, most }: { readonly lifeMs: number; readonly most: number }) {
    this.#clock = clock;
    this.#lifeMs = lifeMs;
    this.#most = most;
  }

  get size(): number {
    return this.#until.size;
  }

  /** @returns `up` where it is so already, `full` when there is no room for another. */
  raise(id: Id): 'raised' | 'up' | 'full' {
    const now = this.#clock.monotonic();
    this.#forget(now);
    if (this.#until.has(id)) return 'up';
    if (this.#until.size >= this.#most) return 'full';
    this.#until.set(id, now + this.#lifeMs);
    return 'raised';
  }

  lower(id: Id): void {
    this.#until.delete(id);
  }

  #forget(now: number): void {
    for (const [id, until] of this.#until) {
      if (until > now) return;
      this.#until.delete(id);
    }
  }
}
