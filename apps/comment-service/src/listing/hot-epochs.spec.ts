import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FakeClock } from '@storey/context';
import { openKv, type Kv } from '@storey/kv';
import { HotEpochs } from './hot-epochs.js';

let clock: FakeClock;
let kv: Kv;
beforeEach(async () => {
  clock = new FakeClock();
  kv = await openKv('memory:', { clock });
});
afterEach(() => kv.close());

/** Counts how often it was asked; each ranking is another. */
function ranker(): { asked: number; readonly rank: () => Promise<readonly bigint[]> } {
  const made = {
    asked: 0,
    rank: () => {
      made.asked += 1;
      return Promise.resolve([BigInt(made.asked), 9n]);
    },
  };
  return made;
}

describe('the rankings of hot', () => {
  it('are made at most every 10 s, by one caller of a process at a time', async () => {
    const epochs = new HotEpochs(kv, clock);
    const made = ranker();
    const all = await Promise.all([1, 2, 3].map(() => epochs.current(7n, made.rank)));
    expect(all.map(({ ids }) => ids)).toEqual([
      [1n, 9n],
      [1n, 9n],
      [1n, 9n],
    ]);
    await clock.advance(9_999);
    await epochs.current(7n, made.rank);
    expect(made.asked).toBe(1);
    await clock.advance(1);
    expect((await epochs.current(7n, made.rank)).ids).toEqual([2n, 9n]);
  });

  it('are shared by processes, each list having its own', async () => {
    const made = ranker();
    const first = await new HotEpochs(kv, clock).current(7n, made.rank);
    expect(await new HotEpochs(kv, clock).current(7n, made.rank)).toEqual(first);
    await new HotEpochs(kv, clock).current(8n, made.rank);
    expect(made.asked).toBe(2);
  });

  it('stay as they were for ten minutes, and are then gone', async () => {
    const epochs = new HotEpochs(kv, clock);
    const made = ranker();
    const { number } = await epochs.current(7n, made.rank);
    await clock.advance(10 * 60_000);
    await epochs.current(7n, made.rank);
    expect((await epochs.at(7n, number)).ids).toEqual([1n, 9n]);
    await clock.advance(10_000);
    await expect(epochs.at(7n, number)).rejects.toMatchObject({ code: 'COMMON_CURSOR_EXPIRED' });
  });

  it('are tried again after one could not be made', async () => {
    const epochs = new HotEpochs(kv, clock);
    await expect(epochs.current(7n, () => Promise.reject(new Error('no database')))).rejects.toThrow();
    expect((await epochs.current(7n, ranker().rank)).ids).toEqual([1n, 9n]);
  });
});
