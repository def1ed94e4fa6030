import { type Clock } from '@storey/context';

/** From the moment a change is served here until every copy of a page elsewhere has heard of it, with room to spare, ms. */
const SETTLE_MS = 2000;
/** Beyond it the oldest are forgotten and begin anew. */
const MAX_KNOWN = 10_000;

/** Since when this process has seen changes applied, by the id of the command. */
export class Settling {
  readonly #clock: Clock;
  readonly #since = new Map<bigint, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @param applied seen in what is served now. @returns those of which that is true for long enough. */
  settled(applied: Iterable<bigint>): readonly bigint[] {
    const now = this.#clock.monotonic();
    const settled: bigint[] = [];
    for (const id of applied) {
      const since = this.#since.get(id);
      if (since === undefined) this.#remember(id, now);
      else if (now - since >= SETTLE_MS) settled.push(id);
    }
    for (const id of settled) this.#since.delete(id);
    return settled;
  }

  #remember(id: bigint, now: number): void {
    this.#since.set(id, now);
    const [oldest] = this.#since.keys();
    if (this.#since.size > MAX_KNOWN && oldest !== undefined) this.#since.delete(oldest);
  }
}
