import { describe, expect, it } from '@jest/globals';
import { SeededRandom } from '@storey/context';
import { unavailable } from '@storey/errors';
import { type Cached } from '../src/index.js';
import { Fixture, hold, storeOver, turns } from './fixture.js';

const STALE = { staleForMs: 10_000 };

/** `old` is cached and its fresh time is over; the truth is `new`. */
async function aged(
  f: Fixture,
  more: Parameters<Fixture['cached']>[1] = STALE,
): Promise<Cached<number, string>> {
  f.truth.set(1, 'old');
  const things = f.cached(f.kv, more);
  await things.get(1);
  await f.clock.advance(60_000);
  f.truth.set(1, 'new');
  f.loads.length = 0;
  return things;
}

describe('a value whose fresh time is over', () => {
  it('is served, flagged, while one of all processes loads a new one', async () => {
    await using f = await Fixture.open();
    const here = await aged(f);
    const there = f.cached(f.kv, STALE);
    const release = hold(f);
    for (let i = 0; i < 3; i += 1) {
      for (const things of [here, there]) {
        expect(await things.look(1)).toEqual({ value: 'old', stale: true });
        expect(await things.get(1)).toBe('old');
      }
    }
    expect(f.loads).toEqual([[1]]);
    release();
    await turns();
    expect(await there.look(1)).toEqual({ value: 'new', stale: false });
    expect(here.counts.refreshes + there.counts.refreshes).toBe(1);
    expect(here.counts.earlyRefreshes).toBe(0);
    expect(here.counts.stale).toBe(6);
  });

  it('is served, flagged, while loads fail, one a second, and not for longer than it may', async () => {
    await using f = await Fixture.open();
    const things = await aged(f);
    f.fail = () => {
      throw unavailable('database');
    };
    for (let second = 0; second < 10; second += 1) {
      for (let i = 0; i < 3; i += 1) expect(await things.look(1)).toEqual({ value: 'old', stale: true });
      expect(f.loads).toHaveLength(second + 1);
      await f.clock.advance(1000);
    }
    expect(things.counts.failures).toBe(10);
    expect(f.errors).toHaveLength(10);
    await expect(things.look(1)).rejects.toMatchObject({ kind: 'unavailable' });
  });

  it('is loaded anew by the next when a load hangs', async () => {
    await using f = await Fixture.open();
    const things = await aged(f);
    hold(f);
    await things.get(1);
    await turns();
    await f.clock.advance(1000);
    expect(f.signals.at(-1)?.aborted).toBe(true);
    f.delay = () => Promise.resolve();
    await things.get(1);
    await turns();
    expect(await things.look(1)).toEqual({ value: 'new', stale: false });
  });

  it('is served although nobody can be asked who loads it', async () => {
    await using f = await Fixture.open();
    await aged(f);
    const getOrLease: typeof f.kv.getOrLease = (keys, ms) =>
      keys[0]?.endsWith(':r') ? Promise.reject(unavailable('kv')) : f.kv.getOrLease(keys, ms);
    const things = f.cached(storeOver(f.kv, { getOrLease }), STALE);
    expect(await things.look(1)).toEqual({ value: 'old', stale: true });
    await turns();
    expect(things.counts.failures).toBe(1);
  });

  it('is asked for once by a process, of which at most 1,000 are loaded at a time', async () => {
    await using f = await Fixture.open();
    const ids = Array.from({ length: 1100 }, (_, i) => i);
    for (const id of ids) f.truth.set(id, 'old');
    let leased = 0;
    const getOrLease: typeof f.kv.getOrLease = (keys, ms) => {
      leased += keys.filter((key) => key.endsWith(':r')).length;
      return f.kv.getOrLease(keys, ms);
    };
    const things = f.cached(storeOver(f.kv, { getOrLease }), STALE);
    await things.getMany(ids);
    await f.clock.advance(60_000);
    hold(f);
    for (let i = 0; i < 2; i += 1) expect((await things.getMany(ids)).size).toBe(1100);
    await turns();
    expect(leased).toBe(1000);
    expect(things.counts.refreshes).toBe(1000);
  });

  it('is not served where that was not asked for', async () => {
    await using f = await Fixture.open();
    const things = await aged(f, {});
    expect(await things.look(1)).toEqual({ value: 'new', stale: false });
  });

  it.each([
    [5000, 'an entry that says so'],
    [0, 'none'],
  ])('that is gone by now leaves behind, with emptyTtlMs %i, %s', async (emptyTtlMs) => {
    await using f = await Fixture.open();
    const things = await aged(f, { ...STALE, emptyTtlMs });
    f.truth.delete(1);
    expect(await things.get(1)).toBe('old');
    await turns();
    expect((await f.kv.get('t:1')) === undefined).toBe(emptyTtlMs === 0);
    expect(await things.look(1)).toEqual({ value: undefined, stale: false });
  });
});

describe('a reload', () => {
  it.each([
    ['set', (writer: Cached<number, string>) => writer.set(1, 'newer'), 'newer'],
    ['delete', (writer: Cached<number, string>) => writer.delete(1), undefined],
    ['invalidate', (writer: Cached<number, string>) => writer.invalidate([1]), undefined],
  ] as const)('loses against a %s that came in between', async (_, write, then) => {
    await using f = await Fixture.open();
    const things = await aged(f);
    const release = hold(f);
    await things.get(1);
    await turns();
    await write(f.cached());
    release();
    await turns();
    f.truth.clear();
    expect(await f.cached().get(1)).toBe(then);
  });
});

describe('a value whose fresh time is nearly over', () => {
  /** Whose dice always fall high: what can be early is. */
  class HighRandom extends SeededRandom {
    override float(): number {
      return 0.99;
    }
  }

  async function dear(f: Fixture, earlyBeta: number): Promise<Cached<number, string>> {
    f.truth.set(1, 'old');
    f.delay = () => f.clock.sleep(100);
    const things = f.cached(f.kv, { ...STALE, earlyBeta }, new HighRandom(1));
    const first = things.get(1);
    await turns();
    await f.clock.advance(100);
    await first;
    f.truth.set(1, 'new');
    f.delay = () => Promise.resolve();
    return things;
  }

  it('is loaded anew before, by one reader, while all get it unflagged', async () => {
    await using f = await Fixture.open();
    const things = await dear(f, 1);
    await f.clock.advance(59_000);
    await things.get(1);
    expect(f.loads).toHaveLength(1);
    await f.clock.advance(700);
    const release = hold(f);
    for (let i = 0; i < 3; i += 1) expect(await things.look(1)).toEqual({ value: 'old', stale: false });
    release();
    await turns();
    expect(f.loads).toHaveLength(2);
    expect(things.counts).toMatchObject({ refreshes: 1, earlyRefreshes: 1, stale: 0 });
    expect(await things.get(1)).toBe('new');
  });

  it('is not where that is turned off', async () => {
    await using f = await Fixture.open();
    const things = await dear(f, 0);
    await f.clock.advance(59_999);
    await things.get(1);
    await turns();
    expect(f.loads).toHaveLength(1);
  });
});
