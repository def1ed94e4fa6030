import { BloomFilter, type BloomOptions } from './bloom.js';
import { hashPair, type Hashable } from './bloom-hash.js';

export interface BloomSlicesOptions extends BloomOptions {
  /** Keys beyond this are refused. */
  readonly most: number;
}

/** Each slice holds twice as many keys as the one before, at half its rate: the sum stays below the rate asked for. */
const GROWTH = 2;
const TIGHTENING = 0.5;

/**
 * A filter that grows by slices (scalable Bloom filters, Almeida et al. 2007): its rate holds however many keys come,
 * up to `most`. Costs about half as much memory again as one filter that was made for all of them.
 */
export class BloomSlices {
  readonly #slices: BloomFilter[];
  readonly #most: number;
  #count = 0;
  #nextRate: number;

  /** @param options `expected`: keys of the first slice. @throws RangeError as `BloomFilter.create`. */
  constructor({ expected, falsePositives, most }: BloomSlicesOptions) {
    this.#most = most;
    const rate = falsePositives * (1 - TIGHTENING);
    this.#nextRate = rate * TIGHTENING;
    this.#slices = [BloomFilter.create({ expected, falsePositives: rate })];
  }

  get count(): number {
    return this.#count;
  }

  get byteLength(): number {
    return this.#slices.reduce((sum, slice) => sum + slice.byteLength, 0);
  }

  /** `most` keys are in it: what is added from now on is not kept, and `has` says nothing any more. */
  get full(): boolean {
    return this.#count >= this.#most;
  }

  /** @returns false when there is no room, and the key was not added. */
  add(key: Hashable): boolean {
    const hash = hashPair(key);
    if (this.#slices.some((slice) => slice.hasHash(hash))) return true;
    const slice = this.full ? undefined : this.#roomy();
    if (!slice) return false;
    slice.addHash(hash);
    this.#count += 1;
    return true;
  }

  /** False: certainly never added. */
  has(key: Hashable): boolean {
    const hash = hashPair(key);
    // The last is the largest.
    for (let at = this.#slices.length - 1; at >= 0; at -= 1) if (this.#slices[at]?.hasHash(hash)) return true;
    return false;
  }

  #roomy(): BloomFilter | undefined {
    const last = this.#slices.at(-1);
    if (!last?.saturated) return last;
    const expected = Math.min(last.expected * GROWTH, this.#most - this.#count);
    const slice = BloomFilter.create({ expected, falsePositives: this.#nextRate });
    this.#nextRate *= TIGHTENING;
    this.#slices.push(slice);
    return slice;
  }
}
