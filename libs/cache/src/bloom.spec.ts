import { describe, expect, it } from '@jest/globals';
import { SeededRandom } from '@storey/context';
import { BloomFilter } from './bloom.js';
import { BloomSlices } from './bloom-slices.js';

const ID_STEP = 1n << 22n;
/** Ids as they are made: rising times, the same low bits. */
const idAt = (n: number): bigint => (1n << 60n) + BigInt(n) * ID_STEP + 5n;

function rateOf(filter: { has(key: bigint | string): boolean }, keys: Iterable<bigint | string>): number {
  let asked = 0;
  let taken = 0;
  for (const key of keys) {
    asked += 1;
    if (filter.has(key)) taken += 1;
  }
  return taken / asked;
}

function* range<T>(from: number, to: number, key: (n: number) => T): Generator<T> {
  for (let n = from; n < to; n += 1) yield key(n);
}

const random = new SeededRandom(7);
const anyId = (): bigint => BigInt(random.int(1, 2 ** 31)) * 2n ** 31n + BigInt(random.int(0, 2 ** 31));
const KINDS: readonly (readonly [string, (n: number) => bigint | string])[] = [
  ['ids made one after another', idAt],
  ['small numbers', (n) => BigInt(n)],
  ['random ids', anyId],
  ['texts', (n) => `video:BV${n}`],
];

describe('BloomFilter', () => {
  it.each(KINDS)('takes at most 1.2 times the rate asked for as known, of %s', (_, key) => {
    const filter = BloomFilter.create({ expected: 20_000, falsePositives: 0.01 });
    for (const each of range(0, 20_000, key)) filter.add(each);
    expect(rateOf(filter, range(20_000, 100_000, key))).toBeLessThan(0.012);
  });

  it.each(KINDS)('denies nothing that was added, of %s', (_, key) => {
    const filter = BloomFilter.create({ expected: 5000, falsePositives: 0.2 });
    const keys = [...range(0, 10_000, key)];
    for (const each of keys) filter.add(each);
    expect(keys.filter((each) => !filter.has(each))).toEqual([]);
  });

  it('takes 9.6 bits a key for 1 %', () => {
    const { byteLength } = BloomFilter.create({ expected: 1_000_000, falsePositives: 0.01 });
    expect((byteLength * 8) / 1_000_000).toBeCloseTo(9.585, 2);
  });

  it('notices when more came than were expected', () => {
    const filter = BloomFilter.create({ expected: 100, falsePositives: 0.001 });
    for (const each of range(0, 99, idAt)) filter.add(each);
    filter.add(idAt(0));
    expect([filter.count, filter.saturated]).toEqual([99, false]);
    filter.add(idAt(99));
    expect(filter.saturated).toBe(true);
  });

  it('tells the bits of an integer above the 32nd apart', () => {
    const filter = BloomFilter.create({ expected: 100, falsePositives: 1e-6 });
    filter.add(2n ** 62n + 1n);
    expect([2n ** 62n + 1n, 1n, 2n ** 61n + 1n].map((key) => filter.has(key))).toEqual([true, false, false]);
  });

  it('comes back from its bytes as it was, wherever they lie', () => {
    const filter = BloomFilter.create({ expected: 1000, falsePositives: 0.01 });
    for (const each of range(0, 1000, idAt)) filter.add(each);
    const bytes = filter.toBytes();
    const shifted = new Uint8Array(bytes.length + 1);
    shifted.set(bytes, 1);
    const back = BloomFilter.fromBytes(shifted.subarray(1));
    expect([back.count, back.expected]).toEqual([filter.count, 1000]);
    expect(back.toBytes()).toEqual(bytes);
    expect(rateOf(back, range(0, 1000, idAt))).toBe(1);
  });

  it('refuses bytes of which any one bit was lost, and what is cut', () => {
    const filter = BloomFilter.create({ expected: 10, falsePositives: 0.1 });
    for (const each of range(0, 10, idAt)) filter.add(each);
    const bytes = filter.toBytes();
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const flipped = Uint8Array.from(bytes);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(() => BloomFilter.fromBytes(flipped)).toThrow('no filter');
    }
    for (const length of [0, 3, 20, bytes.length - 4, bytes.length - 1]) {
      expect(() => BloomFilter.fromBytes(bytes.subarray(0, length))).toThrow('no filter');
    }
  });

  it.each([
    { expected: 0, falsePositives: 0.01 },
    { expected: 1.5, falsePositives: 0.01 },
    { expected: 10, falsePositives: 0 },
    { expected: 10, falsePositives: 1 },
    { expected: 10, falsePositives: NaN },
    { expected: 1e9, falsePositives: 0.01 },
  ])('refuses %p', (options) => expect(() => BloomFilter.create(options)).toThrow(RangeError));
});

describe('BloomSlices', () => {
  it('keeps its rate while it grows tenfold, and denies nothing', () => {
    const filter = new BloomSlices({ expected: 2000, falsePositives: 0.01, most: 20_000 });
    for (const each of range(0, 20_000, idAt)) filter.add(each);
    expect(rateOf(filter, range(20_000, 100_000, idAt))).toBeLessThan(0.012);
    expect(rateOf(filter, range(0, 20_000, idAt))).toBe(1);
  });

  it('grows no further than it may, in keys and bytes', () => {
    const filter = new BloomSlices({ expected: 1000, falsePositives: 0.01, most: 5000 });
    const kept = [...range(0, 5500, idAt)].filter((id) => filter.add(id));
    expect([filter.count, filter.full]).toEqual([5000, true]);
    expect(kept.length).toBeLessThan(5100);
    expect((filter.byteLength * 8) / 5000).toBeLessThan(18);
    expect(filter.add(idAt(0))).toBe(true);
  });
});
