import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FakeClock, SeededRandom } from '@storey/context';
import { SmallTable } from './small-table.js';

interface Word {
  readonly word: string;
}

let clock: FakeClock;
let stored: string[];
let failure: Error | undefined;
let errors: unknown[];
let signals: AbortSignal[];
/** When set, loads wait for it. */
let gate: Promise<void> | undefined;
let table: SmallTable<Word>;

const open = (seed = 1): Promise<SmallTable<Word>> =>
  SmallTable.open<Word>({
    load: async (signal) => {
      signals.push(signal);
      const read = [...stored];
      await gate;
      if (failure) throw failure;
      return read.map((word) => ({ word }));
    },
    maxRows: 3,
    everyMs: 60_000,
    onError: (error) => errors.push(error),
    clock,
    random: new SeededRandom(seed),
  });
const words = (of = table): string[] => of.rows.map(({ word }) => word);

beforeEach(async () => {
  [clock, stored, failure, errors, signals, gate] = [new FakeClock(), ['a'], undefined, [], [], undefined];
  table = await open();
});
afterEach(() => table.close());

describe('a small table', () => {
  it('is whole when it is opened, and the same snapshot until it changes', async () => {
    expect(words()).toEqual(['a']);
    const before = table.rows;
    await clock.advance(40_000);
    expect(table.rows).toBe(before);
  });

  it('is not opened without its rows', async () => {
    failure = new Error('away');
    await expect(open()).rejects.toThrow('away');
    failure = undefined;
    stored = ['a', 'b', 'c', 'd'];
    await expect(open()).rejects.toThrow('4 rows are more than 3');
  });

  it('can’t be changed by who reads it', () => {
    expect(() => (table.rows as Word[]).push({ word: 'x' })).toThrow(TypeError);
    expect(() => Object.assign(table.rows[0] ?? {}, { word: 'x' })).toThrow(TypeError);
  });

  it('is loaded anew when it is said to have changed', async () => {
    stored = ['a', 'b'];
    await table.reload();
    expect(words()).toEqual(['a', 'b']);
  });

  it('is loaded anew by itself, every process at another time', async () => {
    const other = await open(2);
    stored = ['b'];
    await clock.advance(48_000);
    expect([words(), words(other)]).toEqual([['a'], ['a']]);
    const at: number[] = [];
    for (let ms = 48_000; ms < 60_000; ms += 100) {
      await clock.advance(100);
      if (words()[0] === 'b') at[0] ??= ms;
      if (words(other)[0] === 'b') at[1] ??= ms;
    }
    expect(at).toHaveLength(2);
    expect(at[0]).not.toBe(at[1]);
    await other.close();
  });

  it('loads once more, and only once, for all who said so during a load', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    gate = promise;
    const first = table.reload();
    stored = ['late'];
    const others = [table.reload(), table.reload(), table.reload()];
    resolve();
    await first;
    await Promise.all(others);
    expect([words(), table.counts.loads]).toEqual([['late'], 3]);
    await table.reload();
    expect(table.counts.loads).toBe(4);
  });

  it('keeps what it has when a reload fails, says so, and recovers', async () => {
    failure = new Error('away');
    stored = ['b'];
    await table.reload();
    expect([words(), table.stale, errors]).toEqual([['a'], true, [failure]]);
    expect(table.counts).toEqual({ loads: 2, failures: 1 });
    failure = undefined;
    await clock.advance(60_000);
    expect([words(), table.stale]).toEqual([['b'], false]);
  });

  it('keeps what it has when there are too many rows', async () => {
    stored = ['1', '2', '3', '4'];
    await table.reload();
    expect([words(), table.stale]).toEqual([['a'], true]);
    expect(errors).toEqual([expect.any(RangeError)]);
  });

  it('ends a load and loads no more when it is closed', async () => {
    gate = new Promise((_, reject) => setImmediate(() => reject(new Error('aborted'))));
    const loading = table.reload();
    const next = table.reload();
    await table.close();
    await Promise.all([loading, next, table.reload()]);
    expect(signals.at(-1)?.aborted).toBe(true);
    expect([table.counts, errors, clock.pendingTimers]).toEqual([{ loads: 2, failures: 0 }, [], 0]);
  });
});
