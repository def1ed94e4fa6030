import { describe, expect, it } from '@jest/globals';
import { unavailable } from '@storey/errors';
import { noStore, type Cached, type LocalOptions } from '../src/index.js';
import { Fixture, hold, storeOver, turns } from './fixture.js';

const local: LocalOptions<number, string> = {
  maxBytes: 100_000,
  freshMs: 5000,
  staleMs: 5000,
  promote: 'all',
};

/** With its copies, and a count of the store's verbs. */
function copying(
  f: Fixture,
  more: Partial<LocalOptions<number, string>> = {},
): { things: Cached<number, string>; asked: () => number } {
  let asked = 0;
  const getOrLease: typeof f.kv.getOrLease = (...args) => {
    asked += 1;
    return f.kv.getOrLease(...args);
  };
  const things = f.cached(storeOver(f.kv, { getOrLease }), { local: { ...local, ...more } });
  return { things, asked: () => asked };
}

describe('a copy in the process', () => {
  it('answers without the store, whichever way it is asked for', async () => {
    await using f = await Fixture.open();
    f.truth.set(1, 'one');
    const { things, asked } = copying(f);
    expect(things.peek(1)).toBeUndefined();
    await things.getMany([1, 2]);
    expect(things.peek(1)).toBe('one');
    expect(await things.get(1)).toBe('one');
    expect(await things.get(2)).toBeUndefined();
    expect(await things.look(1)).toEqual({ value: 'one', stale: false });
    expect([...(await things.getMany([2, 1]))]).toEqual([[1, 'one']]);
    expect(asked()).toBe(1);
    expect(things.counts).toMatchObject({ localHits: 6, misses: 2, loads: 1 });
    expect(things.copies?.counts.hits).toBe(6);
  });

  it('is mixed with what is fetched in one call, in the order asked for', async () => {
    await using f = await Fixture.open();
    for (const id of [1, 2, 3]) f.truth.set(id, `v${id}`);
    const { things } = copying(f);
    await things.get(2);
    expect([...(await things.getMany([3, 2, 1]))].map(([id]) => id)).toEqual([3, 2, 1]);
    expect(f.loads).toEqual([[2], [3, 1]]);
  });

  it('that has aged is served, flagged, while one call fetches a new one', async () => {
    await using f = await Fixture.open();
    f.truth.set(1, 'old');
    const { things, asked } = copying(f);
    await things.get(1);
    await things.invalidate([1]);
    await things.get(1);
    await f.clock.advance(5000);
    f.truth.set(1, 'new');
    await f.cached().invalidate([1]);
    const before = asked();
    const release = hold(f);
    expect(things.peek(1)).toBeUndefined();
    for (let i = 0; i < 3; i += 1) {
      expect(await things.look(1)).toEqual({ value: 'old', stale: true });
      await turns();
    }
    expect(asked()).toBe(before + 1);
    release();
    await turns();
    expect(await things.look(1)).toEqual({ value: 'new', stale: false });
  });

  it('is tried to be renewed once a second while that fails, and is over in the end', async () => {
    await using f = await Fixture.open();
    f.truth.set(1, 'old');
    const { things } = copying(f);
    await things.get(1);
    await f.clock.advance(5000);
    await f.cached().invalidate([1]);
    f.loads.length = 0;
    f.fail = () => {
      throw unavailable('database');
    };
    for (let second = 0; second < 5; second += 1) {
      for (let i = 0; i < 3; i += 1) {
        expect(await things.get(1)).toBe('old');
        await turns();
      }
      expect(f.loads).toHaveLength(second + 1);
      await f.clock.advance(1000);
    }
    expect(things.counts.failures).toBe(5);
    await expect(things.get(1)).rejects.toMatchObject({ kind: 'unavailable' });
  });

  it('is not made of a value that is stale itself', async () => {
    await using f = await Fixture.open();
    f.truth.set(1, 'old');
    await f.cached(f.kv, { staleForMs: 10_000 }).get(1);
    await f.clock.advance(60_000);
    const things = f.cached(f.kv, { staleForMs: 10_000, local });
    const release = hold(f);
    await things.get(1);
    expect(things.copies?.size).toBe(0);
    f.truth.set(1, 'new');
    release();
    await turns();
    expect(things.peek(1)).toBe('old'); // as the load read it
  });
});

describe('copies of this process', () => {
  it.each([
    ['set', (things: Cached<number, string>) => things.set(1, 'new'), 'new'],
    ['delete', (things: Cached<number, string>) => things.delete(1), undefined],
    ['invalidate', (things: Cached<number, string>) => things.invalidate([1]), 'new'],
  ] as const)('are void after its own %s', async (_, write, then) => {
    await using f = await Fixture.open();
    f.truth.set(1, 'old');
    const { things } = copying(f);
    await things.get(1);
    f.truth.set(1, 'new');
    await write(things);
    expect(things.peek(1)).toBeUndefined();
    expect(await things.get(1)).toBe(then);
  });

  it('are void after a write that the store did not hear of', async () => {
    await using f = await Fixture.open();
    f.truth.set(1, 'old');
    const down = (): Promise<never> => Promise.reject(unavailable('kv'));
    const things = f.cached(storeOver(f.kv, { set: down }), { local });
    await things.get(1);
    await expect(things.set(1, 'new')).rejects.toMatchObject({ kind: 'unavailable' });
    expect(things.peek(1)).toBeUndefined();
  });

  it.each(['set', 'delete', 'invalidate', 'changed'] as const)(
    'are not made of what was looked up before a %s',
    async (write) => {
      await using f = await Fixture.open();
      f.truth.set(1, 'old');
      const { things } = copying(f);
      const release = hold(f);
      const early = things.get(1);
      await turns();
      if (write === 'set') await things.set(1, 'new');
      else if (write === 'delete') await things.delete(1);
      else if (write === 'invalidate') await things.invalidate([1]);
      else things.changed('1', { version: 0n, atOnce: false });
      release();
      expect(await early).toBe('old');
      expect(things.peek(1)).toBeUndefined();
    },
  );
});

describe('a change that is heard of', () => {
  it('ages copies of its group, which are shown until a new one is there', async () => {
    await using f = await Fixture.open();
    for (const id of [11, 12, 21]) f.truth.set(id, 'old');
    const { things } = copying(f, { groupOf: (id) => String(Math.floor(id / 10)) });
    await things.getMany([11, 12, 21]);
    await f.kv.flush();
    for (const id of [11, 12, 21]) f.truth.set(id, 'new');
    things.changed('1', { version: 0n, atOnce: false });
    expect([things.peek(11), things.peek(12), things.peek(21)]).toEqual([undefined, undefined, 'old']);
    expect(await things.look(11)).toEqual({ value: 'old', stale: true });
    await turns();
    expect(await things.look(11)).toEqual({ value: 'new', stale: false });
    expect(await things.look(12)).toEqual({ value: 'old', stale: true });
  });

  it('that allows no moment more leaves no copy', async () => {
    await using f = await Fixture.open();
    f.truth.set(1, 'old');
    const { things } = copying(f);
    await things.get(1);
    f.truth.set(1, 'new');
    await f.kv.flush();
    things.changed('1', { version: 0n, atOnce: true });
    expect(await things.look(1)).toEqual({ value: 'new', stale: false });
  });

  it('is seen by who asks after it, though a fetch from before is still on its way', async () => {
    await using f = await Fixture.open();
    f.truth.set(1, 'old');
    const { things } = copying(f);
    const release = hold(f);
    const early = things.get(1);
    await turns();
    f.truth.set(1, 'new');
    await f.kv.flush();
    things.changed('1', { version: 0n, atOnce: true });
    const late = things.get(1);
    await turns();
    release();
    expect([await early, await late]).toEqual(['old', 'new']);
  });

  it('has copies of hot ids renewed before anybody asks', async () => {
    await using f = await Fixture.open();
    f.truth.set(1, 'old');
    const { things } = copying(f, { promote: 'hot', hot: { promoteAt: 3 } });
    for (let i = 0; i < 5; i += 1) await things.get(1);
    expect(things.peek(1)).toBe('old');
    f.truth.set(1, 'new');
    await f.kv.flush();
    f.fail = () => {
      throw unavailable('database');
    };
    things.changed('1', { version: 0n, atOnce: false });
    await turns();
    expect(things.counts.failures).toBe(1);
    f.fail = undefined;
    things.changed('1', { version: 0n, atOnce: false });
    await turns();
    expect(things.peek(1)).toBe('new');
  });
});

describe('a cache without a store', () => {
  it('has its copies only, each miss one load that nobody writes down', async () => {
    await using f = await Fixture.open();
    f.truth.set(1, 'one');
    let encoded = 0;
    const codec = { encode: () => new Uint8Array((encoded += 1)), decode: () => 'read' };
    const things = f.cached(noStore(), { local, codec });
    expect(await Promise.all([things.get(1), things.get(1)])).toEqual(['one', 'one']);
    expect(await things.get(1)).toBe('one');
    expect(f.loads).toEqual([[1]]);
    await things.invalidate([1]);
    f.truth.set(1, 'two');
    expect(await things.get(1)).toBe('two');
    await things.delete(1);
    await things.get(1);
    await things.rebuild([1]);
    expect(encoded).toBe(0);
    expect(things.counts.degraded).toBe(0);
  });

  it('has nothing to give without copies either', async () => {
    await using f = await Fixture.open();
    f.truth.set(1, 'one');
    const store = noStore();
    const sent: number[] = [];
    const send = async (ids: readonly number[]): Promise<void> => void sent.push(...ids);
    expect(await f.cached(store, { backfill: { send } }).get(1)).toBe('one');
    await f.cached(store).set(1, 'two');
    expect(await store.mget(['t:1'])).toEqual([undefined]);
    expect(await store.fill('t:1', '', new Uint8Array(), { ttlMs: 1 })).toBe(false);
    expect(await store.compareAndSet('t:1', new Uint8Array(), new Uint8Array(), {})).toBe(false);
  });
});
