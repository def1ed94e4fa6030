import { systemClock, systemRandom, type Clock, type Random } from '@storey/context';
import { hashId } from './hash-id.js';
import { HeavyKeeper } from './heavy-keeper.js';
import { type HotOptions } from './local-options.js';
import { MinHeap, type Ranked } from './min-heap.js';

const SPAN_MS = 5000;
const WINDOWS = 10;
const TOP_K = 1000;
const PROMOTE_AT = 20;
/** Estimated at this part of `promoteAt`, an id is followed exactly. The sketch tells too little rather than too much. */
const FOLLOW_AT = 0.25;

interface Followed<Id> extends Ranked {
  readonly id: Id;
  /** Reads in each window. Their sum is the rank. */
  readonly windows: Uint32Array;
  hot: boolean;
}

export interface HotKeysCounts {
  promoted: number;
  demoted: number;
}

interface Surroundings<Id> {
  readonly clock?: Clock;
  readonly random?: Random;
  /** Told of an id that was hot and is not any more. */
  readonly onDemoted?: (id: Id) => void;
}

/**
 * Which ids are read most, over a few seconds. A sketch of fixed size finds candidates among any number of ids; the best of
 * them are counted exactly, window by window, in a min-heap of K.
 */
export class HotKeys<Id extends string | number | bigint> {
  readonly counts: HotKeysCounts = { promoted: 0, demoted: 0 };
  readonly #topK: number;
  readonly #promoteAt: number;
  readonly #windows: number;
  readonly #windowMs: number;
  readonly #clock: Clock;
  readonly #onDemoted: (id: Id) => void;
  readonly #sketch: HeavyKeeper;
  readonly #seed: number;
  readonly #followed = new Map<Id, Followed<Id>>();
  readonly #heap = new MinHeap<Followed<Id>>();
  #window = 0;
  #endsAt: number;

  constructor(options: HotOptions = {}, { clock, random, onDemoted }: Surroundings<Id> = {}) {
    this.#topK = options.topK ?? TOP_K;
    this.#promoteAt = options.promoteAt ?? PROMOTE_AT;
    this.#windows = options.windows ?? WINDOWS;
    this.#windowMs = (options.spanMs ?? SPAN_MS) / this.#windows;
    this.#clock = clock ?? systemClock;
    this.#onDemoted = onDemoted ?? (() => undefined);
    this.#sketch = new HeavyKeeper(random ?? systemRandom);
    this.#seed = (random ?? systemRandom).int(0, 0xffffffff);
    this.#endsAt = this.#clock.monotonic() + this.#windowMs;
  }

  /** Ids followed exactly. */
  get size(): number {
    return this.#followed.size;
  }

  /** @param now of the clock, if it is at hand. */
  count(id: Id, now = this.#clock.monotonic()): void {
    if (now >= this.#endsAt) this.#rotate(now);
    const followed = this.#followed.get(id);
    if (followed) this.#read(followed, 1);
    else this.#consider(id, this.#sketch.add(hashId(id, this.#seed)));
  }

  isHot(id: Id): boolean {
    return this.#followed.get(id)?.hot ?? false;
  }

  /** The most read ones of the span, most first. */
  top(limit: number): { readonly id: Id; readonly reads: number; readonly hot: boolean }[] {
    const best = [...this.#heap].sort((a, b) => b.rank - a.rank).slice(0, limit);
    return best.map(({ id, rank, hot }) => ({ id, reads: rank, hot }));
  }

  #read(followed: Followed<Id>, reads: number): void {
    followed.windows[this.#window] = (followed.windows[this.#window] ?? 0) + reads;
    followed.rank += reads;
    this.#heap.risen(followed);
    if (followed.hot || followed.rank < this.#promoteAt) return;
    followed.hot = true;
    this.counts.promoted += 1;
  }

  #consider(id: Id, estimate: number): void {
    if (estimate < this.#promoteAt * FOLLOW_AT) return;
    const reads = Math.floor(estimate);
    const followed: Followed<Id> = {
      id,
      windows: new Uint32Array(this.#windows),
      hot: false,
      rank: 0,
      place: 0,
    };
    if (this.#heap.size < this.#topK) this.#heap.add(followed);
    else if (!this.#displace(followed, reads)) return;
    this.#followed.set(id, followed);
    this.#read(followed, reads);
  }

  #displace(followed: Followed<Id>, reads: number): boolean {
    const { least } = this.#heap;
    if (!least || least.rank >= reads) return false;
    this.#heap.replaceLeast(followed);
    this.#followed.delete(least.id);
    if (least.hot) this.#demote(least);
    return true;
  }

  #rotate(now: number): void {
    const passed = 1 + Math.floor((now - this.#endsAt) / this.#windowMs);
    this.#endsAt += passed * this.#windowMs;
    this.#sketch.age((1 - 1 / this.#windows) ** passed);
    const cleared = Math.min(passed, this.#windows);
    const cold: Followed<Id>[] = [];
    this.#heap.rebuild((followed) => {
      for (let step = 1; step <= cleared; step += 1) {
        const window = (this.#window + step) % this.#windows;
        followed.rank -= followed.windows[window] ?? 0;
        followed.windows[window] = 0;
      }
      if (followed.hot && followed.rank < this.#promoteAt / 2) cold.push(followed);
      if (followed.rank > 0) return true;
      this.#followed.delete(followed.id);
      return false;
    });
    this.#window = (this.#window + passed) % this.#windows;
    for (const followed of cold) this.#demote(followed);
  }

  #demote(followed: Followed<Id>): void {
    followed.hot = false;
    this.counts.demoted += 1;
    this.#onDemoted(followed.id);
  }
}
