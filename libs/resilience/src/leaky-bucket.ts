import { type Clock } from '@storey/context';

/** Steps from the least to the most. */
const STEPS = 20;

export interface LeakyBucketOptions {
  readonly clock: Clock;
  /** Items a second when nobody else wants anything. */
  readonly most: number;
  /** Items a second however long the others wait, so that this ends some day. */
  readonly least: number;
  /** How long the work that goes first has to wait at present, ms; `Infinity` when nobody knows. Must not reject. */
  readonly waitMs: () => Promise<number>;
  /** What it may have to, ms. */
  readonly toleratedMs: number;
}

/**
 * Lets work through that may take its time, at a rate that is found by what it does to others: each pass while they wait no
 * longer than is tolerated adds a step, each while they wait longer halves it. It begins with the most.
 */
export class LeakyBucket {
  readonly #options: LeakyBucketOptions;
  #rate: number;
  /** When all that was let through has leaked out; monotonic, ms. */
  #emptyAt = 0;

  /** @throws RangeError unless 0 < least ≤ most. */
  constructor(options: LeakyBucketOptions) {
    const { least, most } = options;
    if (!(least > 0) || !(most >= least))
      throw new RangeError(`A rate lies between numbers above 0, not ${least} and ${most}.`);
    this.#options = options;
    this.#rate = most;
  }

  /** Items a second at present. */
  get rate(): number {
    return this.#rate;
  }

  /** Resolves when the bucket is empty, and puts so many items in. @throws what `signal` aborts with */
  async pass(items: number, signal?: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    await this.#learn();
    const now = clock.monotonic();
    const turn = Math.max(now, this.#emptyAt);
    this.#emptyAt = turn + (items / this.#rate) * 1000;
    if (turn > now) await clock.sleep(turn - now, signal);
  }

  async #learn(): Promise<void> {
    const { waitMs, toleratedMs, most, least } = this.#options;
    const late = (await waitMs()) > toleratedMs;
    this.#rate = late ? Math.max(least, this.#rate / 2) : Math.min(most, this.#rate + (most - least) / STEPS);
  }
}
