import { beforeEach, describe, expect, it } from '@jest/globals';
import { FakeClock } from '@storey/context';
import { IdGenerator } from '@storey/ids';
import { ExistingIds } from './existing-ids.js';

let clock: FakeClock;
let completeAt: number;
let existing: ExistingIds;
let asked: bigint[];

beforeEach(() => {
  clock = new FakeClock();
  completeAt = 0;
  existing = new ExistingIds({ clock, completeAt: () => completeAt });
  asked = [];
});

/** Ids made so long ago; negative: in the time to come. */
const made = (agoMs: number, count = 1): bigint[] => {
  const ids = new IdGenerator({ worker: 1, clock: new FakeClock(clock.now() - agoMs) });
  return Array.from({ length: count }, (_, n) => ids.next(n % 64));
};
const ask = (ids: readonly bigint[], there: ReadonlySet<bigint> = new Set()) =>
  existing.read(ids, async (possible) => {
    asked.push(...possible);
    return new Map(possible.filter((id) => there.has(id)).map((id) => [id, `of ${id}`]));
  });

describe('what certainly does not exist', () => {
  it('is not asked for, and what exists is', async () => {
    const [there = 0n, ...absent] = made(70_000, 50);
    existing.add(there);
    existing.complete();
    expect(await ask([...absent, there], new Set([there]))).toEqual(new Map([[there, `of ${there}`]]));
    expect(asked).toEqual([there]);
    expect(existing.counts).toEqual({ asked: 50, absent: 49, falsePositives: 0 });
    await ask(absent);
    expect(asked).toEqual([there]);
  });

  it('is unknown until all ids are', async () => {
    const ids = made(70_000);
    await ask(ids);
    expect(asked).toEqual(ids);
    existing.complete();
    await ask(ids);
    expect(asked).toEqual(ids);
  });

  it('is unknown when it is not known what was accepted in the last 3 s', async () => {
    existing.complete();
    const ids = made(70_000);
    await clock.advance(3000);
    await ask(ids);
    expect(asked).toEqual([]);
    await clock.advance(1);
    await ask(ids);
    expect(asked).toEqual(ids);
    completeAt = 3001;
    await ask(ids);
    expect(asked).toEqual(ids);
  });

  it('is unknown of ids that were made within a minute, by a clock that may differ by one', async () => {
    existing.complete();
    const young = [0, 59_000, 60_000, -59_000, -60_000].flatMap((ago) => made(ago));
    await ask(young);
    expect(asked).toEqual(young);
    await ask([60_001, -60_001, 10 ** 10, -(10 ** 10)].flatMap((ago) => made(ago)));
    await ask([-5n, 0n, 1n, 2n ** 63n - 1n]);
    expect(asked).toEqual(young);
  });

  it('is unknown from the moment that it is given up', async () => {
    existing.complete();
    existing.giveUp();
    const ids = made(70_000);
    await ask(ids);
    expect(asked).toEqual(ids);
    expect([existing.add(1n), existing.size]).toEqual([false, 0]);
  });
});

describe('the filter', () => {
  it('refuses more than it was made for', () => {
    const size = { expected: 10, falsePositives: 0.001, most: 20 };
    existing = new ExistingIds({ clock, completeAt: () => completeAt, size });
    expect(made(70_000, 20).map((id) => existing.add(id))).toEqual(Array(20).fill(true));
    expect(existing.add(7n)).toBe(false);
  });

  it('counts what it took for a comment’s and was none, and lets through 1 % at most', async () => {
    for (const id of made(80_000, 5000)) existing.add(id);
    existing.complete();
    await ask(made(70_000, 20_000));
    expect(existing.counts.asked).toBe(20_000);
    expect(existing.counts.falsePositives).toBe(asked.length);
    expect(asked.length).toBeLessThan(200);
  });
});
