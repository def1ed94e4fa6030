import { deadlineExceeded } from '@storey/errors';
import { systemClock, systemRandom, type Clock, type Random } from '@storey/context';
import { type LocalCopies } from './local-copies.js';

/** How long the truth of one step may take. */
const TRUTH_MS = 5000;

export interface PatrolOptions<Id extends string | number | bigint, V> {
  readonly copies: LocalCopies<Id, V>;
  /** What stands behind the copies, read past them. An id that is not in the map does not exist. */
  readonly truth: (ids: readonly Id[], signal: AbortSignal) => Promise<ReadonlyMap<Id, V>>;
  readonly checksum: (value: V) => number;
  /** Between two steps. The first comes after a random part of it, so that processes do not step together. */
  readonly everyMs: number;
  /** Copies compared in a step. */
  readonly batch: number;
  /** Told when the truth could not be had; the next step goes on. */
  readonly onError: (error: unknown) => void;
  readonly clock?: Clock;
  readonly random?: Random;
}

/** Since the start, in copies except `rounds` and `failures` (steps). */
export interface PatrolCounts {
  rounds: number;
  compared: number;
  /** Differed from the truth, and dropped: by a change that was never heard, or that was just on its way. */
  repaired: number;
  /** The truth was older than the copy. */
  ahead: number;
  failures: number;
}

/** Compares fresh copies with what they are copies of, a few at a time, and drops those that differ: broadcasts get lost. */
export class Patrol<Id extends string | number | bigint, V> {
  readonly counts: PatrolCounts = { rounds: 0, compared: 0, repaired: 0, ahead: 0, failures: 0 };
  readonly #options: PatrolOptions<Id, V>;
  readonly #clock: Clock;
  readonly #closing = new AbortController();
  /** Still to be compared in this round, the next one last. */
  #round: Id[] = [];
  #cancel: (() => void) | undefined;
  #running: Promise<void> | undefined;

  constructor(options: PatrolOptions<Id, V>) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  start(): void {
    if (this.#cancel) return;
    this.#arm(this.#options.everyMs * (this.#options.random ?? systemRandom).float());
  }

  /** Waits for the step that is under way. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#cancel?.();
    await this.#running;
  }

  /** Compares the next few. @throws what `truth` throws. */
  async step(): Promise<void> {
    const before = this.#next();
    if (before.size === 0) return;
    const truth = await this.#askTruth([...before.keys()]);
    for (const [id, value] of before) this.#compare(id, value, truth.get(id));
  }

  #arm(ms: number): void {
    this.#cancel = this.#clock.after(ms, () => (this.#running = this.#stepAndArm()));
  }

  /** Never rejects. */
  async #stepAndArm(): Promise<void> {
    try {
      await this.step();
    } catch (error) {
      if (this.#closing.signal.aborted) return;
      this.counts.failures += 1;
      this.#options.onError(error);
    }
    if (!this.#closing.signal.aborted) this.#arm(this.#options.everyMs);
  }

  #next(): Map<Id, V | undefined> {
    if (this.#round.length === 0) {
      this.#round = [...this.#options.copies.ids()];
      if (this.#round.length > 0) this.counts.rounds += 1;
    }
    const next = new Map<Id, V | undefined>();
    for (const id of this.#round.splice(-this.#options.batch)) {
      const copy = this.#options.copies.peek(id);
      if (copy?.fresh) next.set(id, copy.value);
    }
    return next;
  }

  async #askTruth(ids: readonly Id[]): Promise<ReadonlyMap<Id, V>> {
    const late = new AbortController();
    const cancel = this.#clock.after(TRUTH_MS, () => late.abort(deadlineExceeded()));
    try {
      return await this.#options.truth(ids, AbortSignal.any([this.#closing.signal, late.signal]));
    } finally {
      cancel();
    }
  }

  #compare(id: Id, before: V | undefined, truth: V | undefined): void {
    const { copies } = this.#options;
    const copy = copies.peek(id);
    // Replaced, changed or gone since the truth was asked for: it tells nothing about what is there now.
    if (!copy?.fresh || copy.value !== before) return;
    this.counts.compared += 1;
    if (this.#sum(truth) === this.#sum(before)) return;
    if ((copies.versionOf(truth) ?? 0n) < (copies.versionOf(before) ?? 0n) && truth !== undefined) {
      this.counts.ahead += 1;
      return;
    }
    this.counts.repaired += 1;
    copies.drop([id]);
  }

  #sum(value: V | undefined): number | undefined {
    return value === undefined ? undefined : this.#options.checksum(value);
  }
}
