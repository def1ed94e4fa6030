import { type Random } from '@storey/context';

const ROWS = 2;
/** Cells of a row: with ten bytes or so each, 128 KiB in all. A power of two. */
const WIDTH = 8192;
/** The more a cell has counted, the less likely is a stranger to take one off: by this to the power of its count. */
const DECAY = 1.08;

/**
 * Counts ids that come often in memory that does not grow with their number; the rare ones wear each other out.
 * Estimates are too low rather than too high, but for ids whose hash is the same.
 * _HeavyKeeper: An Accurate Algorithm for Finding Top-k Elephant Flows_, USENIX ATC '18.
 */
export class HeavyKeeper {
  readonly #hashes = new Uint32Array(ROWS * WIDTH);
  /** Not whole numbers: they are aged by a factor. */
  readonly #counts = new Float32Array(ROWS * WIDTH);
  readonly #odds = Float64Array.from({ length: 256 }, (_, count) => DECAY ** -count);
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  /** @returns the estimate with this one. */
  add(hash: number): number {
    const first = this.#addAt(hash & (WIDTH - 1), hash);
    const second = this.#addAt(WIDTH + ((Math.imul(hash, 0x9e3779b1) >>> 16) & (WIDTH - 1)), hash);
    return first > second ? first : second;
  }

  /** Multiplies every count. */
  age(factor: number): void {
    for (let cell = 0; cell < this.#counts.length; cell += 1) {
      this.#counts[cell] = (this.#counts[cell] ?? 0) * factor;
    }
  }

  #addAt(cell: number, hash: number): number {
    const count = this.#counts[cell] ?? 0;
    if (count > 0 && this.#hashes[cell] === hash) return (this.#counts[cell] = count + 1);
    if (this.#random.float() >= (this.#odds[Math.floor(count)] ?? 0)) return 0;
    if (count > 1) {
      this.#counts[cell] = count - 1;
      return 0;
    }
    this.#hashes[cell] = hash;
    return (this.#counts[cell] = 1);
  }
}
