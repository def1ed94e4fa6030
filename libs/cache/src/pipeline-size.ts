import { systemClock, type Clock } from '@storey/context';

export interface PipelineSizeOptions {
  readonly clock?: Clock;
  /** Items of one batch, at least and at most. It begins with the least. */
  readonly min: number;
  readonly max: number;
  /** Never taken for a delay, ms. Default 5. */
  readonly quickMs?: number;
}

/** A batch that took so many times the best is delayed. */
const TOLERANCE = 2;
/**
 * Parts by which the best follows what is measured. To the worse by batches of the least size alone: the latency of
 * larger ones is partly our own doing, and following it would raise the size without end.
 */
const TO_BETTER = 0.5;
const TO_WORSE = 0.2;
/** Steps from the least to the most. */
const STEPS = 20;

/**
 * How many items to ask for at once, found by the latency of what was asked: a full batch that came in time adds a step,
 * a delayed or failed one halves the size (additive increase, multiplicative decrease; Chiu and Jain 1989). Delayed is
 * what took more than twice the smoothed best, so it settles where working through the items takes about as long as
 * the way there and back.
 */
export class PipelineSize {
  readonly #options: Required<PipelineSizeOptions>;
  readonly #step: number;
  #size: number;
  #bestMs: number | undefined;
  /** Rises with each halving: what was under way then says nothing about the new size. */
  #cuts = 0;

  /** @throws RangeError unless 1 ≤ min ≤ max. */
  constructor({ clock = systemClock, min, max, quickMs = 5 }: PipelineSizeOptions) {
    if (!Number.isSafeInteger(min) || !Number.isSafeInteger(max) || min < 1 || max < min) {
      throw new RangeError(`A size lies between whole numbers from 1 on, not ${min} and ${max}.`);
    }
    this.#options = { clock, min, max, quickMs };
    this.#step = Math.max(1, Math.ceil((max - min) / STEPS));
    this.#size = min;
  }

  get current(): number {
    return this.#size;
  }

  /** Runs `work`, which asks for `items` at once, and learns from it. A rejection counts as a delay and is passed on. */
  async time<T>(items: number, work: () => Promise<T>): Promise<T> {
    const { clock } = this.#options;
    const [begun, cuts] = [clock.monotonic(), this.#cuts];
    try {
      const result = await work();
      this.#learn(items, clock.monotonic() - begun, cuts);
      return result;
    } catch (error) {
      this.#halve(cuts);
      throw error;
    }
  }

  #learn(items: number, ms: number, cuts: number): void {
    const best = (this.#bestMs ??= ms);
    if (ms < best) this.#bestMs = best + (ms - best) * TO_BETTER;
    else if (items <= this.#options.min) this.#bestMs = best + (ms - best) * TO_WORSE;
    if (ms > this.#options.quickMs && ms > TOLERANCE * best) this.#halve(cuts);
    else if (items >= this.#size) this.#size = Math.min(this.#options.max, this.#size + this.#step);
  }

  #halve(cuts: number): void {
    if (cuts !== this.#cuts) return;
    this.#cuts += 1;
    this.#size = Math.max(this.#options.min, Math.floor(this.#size / 2));
  }
}

/** `items` in pieces of the size that is right at the time, one after another. @returns what `work` made of each piece. */
export async function inPieces<Item, Result>(
  items: readonly Item[],
  size: PipelineSize,
  work: (piece: readonly Item[]) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  for (let start = 0; start < items.length;) {
    const piece = items.slice(start, start + size.current);
    results.push(await size.time(piece.length, () => work(piece)));
    start += piece.length;
  }
  return results;
}
