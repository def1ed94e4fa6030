import { FakeClock, SeededRandom } from '@storey/context';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { HotKeys } from './hot-keys.js';
import { type HotOptions } from './local-options.js';

function hotKeys(options: HotOptions = {}) {
  const clock = new FakeClock();
  const demoted: (string | number)[] = [];
  const onDemoted = (id: string | number): void => void demoted.push(id);
  const random = new SeededRandom(3);
  return { clock, demoted, keys: new HotKeys<string | number>(options, { clock, random, onDemoted }) };
}

const read = (keys: HotKeys<string | number>, id: string | number, times: number): void => {
  for (let time = 0; time < times; time += 1) keys.count(id);
};

describe('hot keys', () => {
  it('are those read so often within the span', () => {
    const { keys } = hotKeys();
    read(keys, 'a', 19);
    expect(keys.isHot('a')).toBe(false);
    read(keys, 'a', 1);
    expect(keys.isHot('a')).toBe(true);
    expect(keys.isHot('b')).toBe(false);
    expect(keys.counts).toEqual({ promoted: 1, demoted: 0 });
  });

  it('become so by a steady rate, window by window', async () => {
    const { clock, keys } = hotKeys();
    for (let window = 0; window < 12; window += 1) {
      read(keys, 'a', 3);
      await clock.advance(500);
    }
    expect(keys.isHot('a')).toBe(true);
  });

  it('do not become so by a rate below it, however long it lasts', async () => {
    const { clock, keys } = hotKeys();
    for (let window = 0; window < 100; window += 1) {
      read(keys, 'a', 1);
      await clock.advance(500);
    }
    expect(keys.isHot('a')).toBe(false);
  });

  it('take no place for what is read now and then, however long that lasts', async () => {
    const { clock, keys } = hotKeys();
    for (let read = 0; read < 100; read += 1) {
      keys.count('a');
      await clock.advance(2500);
    }
    expect(keys.size).toBe(0);
  });

  it('stay so down to half of what made them so, and are told of when they fall below', async () => {
    const { clock, demoted, keys } = hotKeys();
    read(keys, 'a', 20);
    for (let window = 0; window < 40; window += 1) {
      await clock.advance(500);
      read(keys, 'a', window % 5 === 0 ? 2 : 1);
    }
    expect(keys.isHot('a')).toBe(true);
    await clock.advance(3000);
    read(keys, 'b', 1);
    expect(keys.isHot('a')).toBe(false);
    expect(demoted).toEqual(['a']);
    expect(keys.counts.demoted).toBe(1);
  });

  it('are forgotten when nobody reads them for a whole span', async () => {
    const { clock, demoted, keys } = hotKeys();
    read(keys, 'a', 50);
    await clock.advance(123_456);
    read(keys, 'b', 1);
    expect(keys.top(10)).toEqual([]);
    expect([keys.size, demoted]).toEqual([0, ['a']]);
  });

  it('are counted exactly once they are followed, and forgotten window by window', async () => {
    const { clock, keys } = hotKeys();
    read(keys, 'a', 30);
    await clock.advance(2500);
    read(keys, 'a', 12);
    expect(keys.top(1)).toEqual([{ id: 'a', reads: 42, hot: true }]);
    await clock.advance(2500);
    read(keys, 'a', 1);
    expect(keys.top(1)).toEqual([{ id: 'a', reads: 13, hot: true }]);
  });

  it('are at most K: who is read more takes the place of who is read least', () => {
    const { demoted, keys } = hotKeys({ topK: 2 });
    read(keys, 'a', 30);
    read(keys, 'b', 40);
    read(keys, 'c', 60);
    expect(keys.size).toBe(2);
    expect(keys.top(5).map(({ id }) => id)).toEqual(['c', 'b']);
    expect([keys.isHot('a'), demoted]).toEqual([false, ['a']]);
    read(keys, 'd', 39);
    expect(keys.top(5).map(({ id }) => id)).toEqual(['c', 'b']);
  });

  it('are found among a million ids that come once, which cost no place', () => {
    const { keys } = hotKeys();
    for (let id = 0; id < 1_000_000; id += 1) {
      keys.count(id);
      if (id % 20 === 0) keys.count('hot');
    }
    expect(keys.isHot('hot')).toBe(true);
    expect(keys.counts.promoted).toBe(1);
    expect(keys.size).toBeLessThan(20);
  });

  it('can be numbers, texts and big integers', () => {
    const keys = new HotKeys<string | number | bigint>({}, { random: new SeededRandom(1) });
    const ids = [1, 1.5, -1, 'x', '', 1n, 2n ** 63n, 'a long text, and some more of it'];
    for (const id of ids) for (let time = 0; time < 20; time += 1) keys.count(id);
    expect(ids.map((id) => keys.isHot(id))).toEqual(ids.map(() => true));
  });

  it('name at least 9 of the 10 most read of ids with a Zipf law, in any order, for any seed', () => {
    fc.assert(
      fc.property(fc.integer(), fc.double({ min: 0.8, max: 1.2, noNaN: true }), (seed, skew) => {
        const random = new SeededRandom(seed);
        const keys = new HotKeys<number>({ topK: 50 }, { clock: new FakeClock(), random });
        const reads = new Map<number, number>();
        for (const id of zipf(random, skew)) {
          keys.count(id);
          reads.set(id, (reads.get(id) ?? 0) + 1);
        }
        const best = [...reads].sort(([, a], [, b]) => b - a).slice(0, 10);
        const named = new Set(keys.top(10).map(({ id }) => id));
        // Ties with the tenth are as good.
        const least = best[9]?.[1] ?? 0;
        const missed = best.filter(([id, times]) => !named.has(id) && times > least);
        expect(missed.length).toBeLessThanOrEqual(1);
      }),
      { numRuns: 10 },
    );
  });
});

/** 20,000 reads of 5,000 ids. */
function* zipf(random: SeededRandom, skew: number): Generator<number> {
  const sums = new Float64Array(5000);
  let sum = 0;
  for (let rank = 0; rank < sums.length; rank += 1) sums[rank] = sum += (rank + 1) ** -skew;
  for (let request = 0; request < 20_000; request += 1) {
    yield rankOf(random.float() * sum, sums);
  }
}

function rankOf(wanted: number, sums: Float64Array): number {
  let low = 0;
  let high = sums.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sums[middle] ?? 0) < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}
