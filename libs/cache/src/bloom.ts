import { AppError } from '@storey/errors';
import { hashPair, type Hashable, type HashPair } from './bloom-hash.js';

export interface BloomOptions {
  /** Keys for which the rate is promised. */
  readonly expected: number;
  /** Part of the keys never added that `has` takes for added, above 0 and below 1. */
  readonly falsePositives: number;
}

const MAGIC = 0x424c4d31;
const HEADER_WORDS = 5;
const MAX_BITS = 2 ** 32;

/**
 * A set that may take a key for its own that was never added, and never denies one that was (Bloom 1970). All probes
 * of a key come from two hashes (Kirsch and Mitzenmacher 2006, with the cubic term of Dillinger and Manolios 2004).
 */
export class BloomFilter {
  readonly expected: number;
  readonly #words: Uint32Array;
  readonly #bits: number;
  readonly #probes: number;
  #count = 0;

  private constructor(expected: number, probes: number, words: Uint32Array) {
    this.expected = expected;
    this.#probes = probes;
    this.#words = words;
    this.#bits = words.length * 32;
  }

  /** @throws RangeError for what can't be kept, or not in 512 MiB. */
  static create({ expected, falsePositives }: BloomOptions): BloomFilter {
    if (!Number.isSafeInteger(expected) || expected < 1) {
      throw new RangeError(`A filter expects 1 key or more, not ${expected}.`);
    }
    if (!(falsePositives > 0 && falsePositives < 1)) {
      throw new RangeError(`A rate of false positives lies between 0 and 1; ${falsePositives} does not.`);
    }
    const perKey = -Math.log(falsePositives) / Math.LN2 ** 2;
    const words = Math.ceil((expected * perKey) / 32);
    if (words * 32 > MAX_BITS) throw new RangeError(`${expected} keys are too many for one filter.`);
    const probes = Math.max(1, Math.round(perKey * Math.LN2));
    return new BloomFilter(expected, probes, new Uint32Array(words));
  }

  /** @throws AppError `internal` for bytes that `toBytes` has not made or that were altered. */
  static fromBytes(bytes: Uint8Array): BloomFilter {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const all = Uint32Array.from({ length: Math.floor(bytes.byteLength / 4) }, (_, at) =>
      view.getUint32(at * 4, true),
    );
    const [magic, expected = 0, probes = 0, count = 0, checksum] = all;
    const words = all.slice(HEADER_WORDS);
    const whole = bytes.byteLength % 4 === 0 && words.length > 0 && magic === MAGIC;
    if (!whole || checksum !== checksumOf([expected, probes, count], words)) {
      throw new AppError({
        kind: 'internal',
        code: 'CACHE_FILTER_UNREADABLE',
        message: 'These bytes are no filter, or not a whole one.',
      });
    }
    const filter = new BloomFilter(expected, probes, words);
    filter.#count = count;
    return filter;
  }

  /** Keys added; a key that was taken for added already is not counted. */
  get count(): number {
    return this.#count;
  }

  get byteLength(): number {
    return this.#words.byteLength;
  }

  /** Beyond this the rate of false positives rises above what was promised. */
  get saturated(): boolean {
    return this.#count >= this.expected;
  }

  /** @returns false where the key was there, or was taken for it. */
  add(key: Hashable): boolean {
    return this.addHash(hashPair(key));
  }

  /** False: certainly never added. */
  has(key: Hashable): boolean {
    return this.hasHash(hashPair(key));
  }

  /** As `add`, of a key that is hashed already. */
  addHash({ low, high }: HashPair): boolean {
    let isNew = false;
    let at = low;
    let step = high;
    for (let probe = 1; probe <= this.#probes; probe += 1) {
      const bit = at % this.#bits;
      const word = this.#words[bit >>> 5] ?? 0;
      const set = word | (1 << (bit & 31));
      if (set !== (word | 0)) isNew = true;
      this.#words[bit >>> 5] = set;
      at = (at + step) >>> 0;
      step = (step + probe) >>> 0;
    }
    if (isNew) this.#count += 1;
    return isNew;
  }

  /** As `has`, of a key that is hashed already. */
  hasHash({ low, high }: HashPair): boolean {
    let at = low;
    let step = high;
    for (let probe = 1; probe <= this.#probes; probe += 1) {
      const bit = at % this.#bits;
      if ((((this.#words[bit >>> 5] ?? 0) >>> (bit & 31)) & 1) === 0) return false;
      at = (at + step) >>> 0;
      step = (step + probe) >>> 0;
    }
    return true;
  }

  /** Little-endian words: magic, expected, probes, count, checksum, bits. */
  toBytes(): Uint8Array {
    const header = [this.expected, this.#probes, this.#count];
    const all = [MAGIC, ...header, checksumOf(header, this.#words)];
    const bytes = new Uint8Array((HEADER_WORDS + this.#words.length) * 4);
    const view = new DataView(bytes.buffer);
    all.forEach((word, at) => view.setUint32(at * 4, word, true));
    this.#words.forEach((word, at) => view.setUint32((HEADER_WORDS + at) * 4, word, true));
    return bytes;
  }
}

/** A bit that was lost would deny a key that was added. */
function checksumOf(header: readonly number[], words: Uint32Array): number {
  let sum = 0x811c9dc5;
  for (const word of header) sum = Math.imul(sum ^ word, 0x01000193);
  for (const word of words) sum = Math.imul(sum ^ word ^ (sum >>> 15), 0x01000193);
  return sum >>> 0;
}
