import { BloomSlices, type BloomSlicesOptions } from '@storey/cache';
import { type Clock } from '@storey/context';
import { timeOf } from '@storey/ids';

/** An id as old as this was accepted long ago if ever: what was accepted just now may not be heard of yet. */
const MARGIN_MS = 60_000;
/** The last time that everything was heard may lie so far back. */
const MAX_BEHIND_MS = 3000;
export type FilterSize = BloomSlicesOptions;

/** 1.4 MB to begin with, 17 MB at most. */
const SIZE: FilterSize = { expected: 1_000_000, falsePositives: 0.01, most: 10_000_000 };

/** Since the start, in ids. */
export interface ExistenceCounts {
  /** About which there was something to say. */
  asked: number;
  /** Certainly no comment's. */
  absent: number;
  /** Taken for a comment's, and there was none. */
  falsePositives: number;
}

export interface ExistingIdsOptions {
  readonly clock: Clock;
  /** A time of the monotonic clock: every comment accepted before it was added. */
  readonly completeAt: () => number;
  readonly size?: FilterSize;
}

/**
 * Whether there is a comment of an id, as far as this process knows. It says no only when it knows all comments, those
 * accepted since among them, and the id was not made just now; whatever is doubtful may exist.
 */
export class ExistingIds {
  readonly counts: ExistenceCounts = { asked: 0, absent: 0, falsePositives: 0 };
  readonly #options: ExistingIdsOptions;
  #filter: BloomSlices | undefined;
  #whole = false;

  constructor(options: ExistingIdsOptions) {
    this.#options = options;
    this.#filter = new BloomSlices(options.size ?? SIZE);
  }

  /** How many are known. */
  get size(): number {
    return this.#filter?.count ?? 0;
  }

  /** @returns false when there are too many to know all: then it is to be given up. */
  add(id: bigint): boolean {
    return this.#filter?.add(id) ?? false;
  }

  /** All that were there have been added. */
  complete(): void {
    this.#whole = true;
  }

  /** From now on everything may exist. */
  giveUp(): void {
    this.#filter = undefined;
  }

  /** What `read` finds of `ids`, without asking it for those that certainly do not exist. */
  async read<V>(
    ids: readonly bigint[],
    read: (ids: readonly bigint[]) => Promise<ReadonlyMap<bigint, V>>,
  ): Promise<ReadonlyMap<bigint, V>> {
    const judged = new Set(ids.filter((id) => this.#canJudge(id)));
    this.counts.asked += judged.size;
    const possible = ids.filter((id) => !judged.has(id) || this.#filter?.has(id) !== false);
    this.counts.absent += ids.length - possible.length;
    if (possible.length === 0) return new Map();
    const found = await read(possible);
    for (const id of possible) if (judged.has(id) && !found.has(id)) this.counts.falsePositives += 1;
    return found;
  }

  #canJudge(id: bigint): boolean {
    const { clock, completeAt } = this.#options;
    if (!this.#filter || !this.#whole || clock.monotonic() - completeAt() > MAX_BEHIND_MS) return false;
    // Of the time to come as of the past: that clocks differ by less than the margin is all that is taken for granted.
    return Math.abs(clock.now() - timeOf(id)) > MARGIN_MS;
  }
}
