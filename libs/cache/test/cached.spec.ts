import { describe, expect, it } from '@jest/globals';
import { Deadline, currentContext, runInContext } from '@storey/context';
import { AppError, unavailable } from '@storey/errors';
import { type CacheStore } from '../src/index.js';
import { Fixture, storeOver, turns } from './fixture.js';

const numbers = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

describe('reading', () => {
  it('loads what is missing once and then has it', async () => {
    await using f = await Fixture.open();
    f.truth.set(1, 'one');
    const things = f.cached();
    expect(await things.get(1)).toBe('one');
    await turns();
    expect(await things.get(1)).toBe('one');
    expect(f.loads).toEqual([[1]]);
    expect(things.counts).toMatchObject({ hits: 1, misses: 1, loads: 1, degraded: 0, failures: 0 });
  });

  it('gathers the misses of one turn into one load, and only the misses', async () => {
    await using f = await Fixture.open();
    for (const id of numbers(6)) f.truth.set(id, `v${id}`);
    const things = f.cached();
    await things.get(0);
    const [one, many] = await Promise.all([things.get(1), things.getMany([0, 2, 3, 3]), things.get(2)]);
    expect(one).toBe('v1');
    expect([...many]).toEqual([
      [0, 'v0'],
      [2, 'v2'],
      [3, 'v3'],
    ]);
    expect(f.loads).toEqual([[0], [1, 2, 3]]);
  });

  it('asks for at most 200 ids a load', async () => {
    await using f = await Fixture.open();
    for (const id of numbers(450)) f.truth.set(id, 'x');
    expect((await f.cached().getMany(numbers(450))).size).toBe(450);
    expect(f.loads.map((ids) => ids.length)).toEqual([200, 200, 50]);
  });

  it('shares one load among all who ask meanwhile', async () => {
    await using f = await Fixture.open();
    f.truth.set(1, 'one');
    const release = Promise.withResolvers<void>();
    f.delay = () => release.promise;
    const things = f.cached();
    const waiting = [things.get(1)];
    await turns();
    waiting.push(...numbers(500).map(() => things.get(1)));
    await turns();
    release.resolve();
    expect(new Set(await Promise.all(waiting))).toEqual(new Set(['one']));
    expect(f.loads).toHaveLength(1);
  });

  it('does not give the load the deadline and the identity of one of its callers', async () => {
    await using f = await Fixture.open();
    let seen: unknown;
    f.delay = async () => void (seen = currentContext().deadline);
    const things = f.cached();
    const context = { traceId: 'a'.repeat(32), priority: 'critical' as const, deadline: Deadline.in(50) };
    await runInContext(context, () => things.get(1));
    expect(f.loads).toHaveLength(1);
    expect(seen).toBeUndefined();
  });
});

describe('cancelling', () => {
  it('ends the wait of one caller and not that of the others', async () => {
    await using f = await Fixture.open();
    f.truth.set(1, 'one');
    const release = Promise.withResolvers<void>();
    f.delay = () => release.promise;
    const things = f.cached();
    const abort = new AbortController();
    const leaving = expect(things.get(1, abort.signal)).rejects.toThrow('gone');
    const staying = things.get(1);
    await turns();
    abort.abort(new Error('gone'));
    await leaving;
    expect(f.signals[0]?.aborted).toBe(false);
    release.resolve();
    expect(await staying).toBe('one');
  });

  it('aborts a load for which nobody waits, and who asks next starts anew', async () => {
    await using f = await Fixture.open();
    f.truth.set(1, 'one');
    f.delay = () => new Promise(() => undefined);
    const things = f.cached();
    const abort = new AbortController();
    const leaving = expect(things.getMany([1, 2], abort.signal)).rejects.toThrow('gone');
    await turns();
    abort.abort(new Error('gone'));
    await leaving;
    expect(f.signals[0]?.aborted).toBe(true);
    f.delay = () => Promise.resolve();
    await turns(); // the lease of the load that was left is given back
    expect(await things.get(1)).toBe('one');
  });

  it('reads nothing for a caller who has gone already', async () => {
    await using f = await Fixture.open();
    await expect(f.cached().get(1, AbortSignal.abort(new Error('gone')))).rejects.toThrow('gone');
    await turns();
    expect(f.loads).toEqual([]);
  });
});

describe('a load that fails', () => {
  it('fails all who wait and is not cached', async () => {
    await using f = await Fixture.open();
    f.truth.set(1, 'one');
    f.fail = () => {
      throw unavailable('database');
    };
    const things = f.cached();
    const all = await Promise.allSettled([things.get(1), things.get(1)]);
    expect(all.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    f.fail = undefined;
    await turns();
    expect(await things.get(1)).toBe('one');
    expect(await f.cached().get(1)).toBe('one');
    expect(f.loads).toHaveLength(2);
  });
});

describe('what is known not to exist', () => {
  it('is remembered for its own short time', async () => {
    await using f = await Fixture.open();
    const things = f.cached();
    expect([await things.get(1), await things.get(1)]).toEqual([undefined, undefined]);
    expect(f.loads).toHaveLength(1);
    await f.clock.advance(5001);
    await things.get(1);
    expect(f.loads).toHaveLength(2);
  });

  it('is forgotten at once when it is set', async () => {
    await using f = await Fixture.open();
    const things = f.cached();
    await things.get(1);
    await things.set(1, 'now');
    expect(await things.get(1)).toBe('now');
  });

  it('is not remembered when that is asked for', async () => {
    await using f = await Fixture.open();
    const things = f.cached(storeOver(f.kv, {}), { emptyTtlMs: 0 });
    expect(await things.get(1)).toBeUndefined();
    expect(await f.kv.get('t:1')).toBeUndefined();
  });
});

describe('lives', () => {
  it('are cut by up to the jitter, at random', async () => {
    await using f = await Fixture.open();
    const lives: number[] = [];
    const fill: CacheStore['fill'] = async (_key, _token, _value, { ttlMs }) => lives.push(ttlMs) > 0;
    for (const id of numbers(100)) f.truth.set(id, 'x');
    await f.cached(storeOver(f.kv, { fill }), { jitter: 0.2 }).getMany(numbers(100));
    expect(Math.min(...lives)).toBeGreaterThanOrEqual(48_000);
    expect(Math.max(...lives)).toBeLessThanOrEqual(60_000);
    expect(new Set(lives).size).toBeGreaterThan(90);
  });
});

describe('a slow read', () => {
  /** A load reads the old truth, the truth changes and the cache is told, then the load goes on. */
  async function interleave(
    f: Fixture,
    store: CacheStore,
    tell: 'set' | 'invalidate',
  ): Promise<string | undefined> {
    f.truth.set(1, 'old');
    const release = Promise.withResolvers<void>();
    f.delay = () => release.promise;
    const reader = f.cached(store);
    const writer = f.cached(store);
    const reading = reader.get(1);
    await turns();
    f.truth.set(1, 'new');
    await (tell === 'set' ? writer.set(1, 'new') : writer.invalidate([1]));
    release.resolve();
    expect(await reading).toBe('old');
    await turns();
    return f.cached(store).get(1);
  }

  it.each(['set', 'invalidate'] as const)('never overwrites a later %s', async (tell) => {
    await using f = await Fixture.open();
    expect(await interleave(f, f.kv, tell)).toBe('new');
  });

  it.each(['set', 'invalidate'] as const)(
    'would overwrite a later %s by a fill without lease',
    async (tell) => {
      await using f = await Fixture.open();
      const fill: CacheStore['fill'] = async (key, _token, value, life) => (
        await f.kv.set(key, value, life),
        true
      );
      expect(await interleave(f, storeOver(f.kv, { fill }), tell)).toBe('old');
    },
  );

  it('is not joined by who asks after the invalidation', async () => {
    await using f = await Fixture.open();
    f.truth.set(1, 'old');
    const release = Promise.withResolvers<void>();
    f.delay = () => release.promise;
    const things = f.cached();
    const early = things.get(1);
    await turns();
    f.truth.set(1, 'new');
    await things.invalidate([1]);
    const late = things.get(1);
    await turns();
    release.resolve();
    expect([await early, await late]).toEqual(['old', 'new']);
  });
});

describe('while another process loads', () => {
  it('waits for its value', async () => {
    await using f = await Fixture.open();
    f.truth.set(1, 'one');
    const release = Promise.withResolvers<void>();
    f.delay = () => release.promise;
    const first = f.cached().get(1);
    await turns();
    const second = f.cached().get(1);
    await turns();
    release.resolve();
    await first;
    await f.clock.advance(20);
    expect(await second).toBe('one');
    expect(f.loads).toHaveLength(1);
  });

  it('loads beside it after 300 ms, without filling', async () => {
    await using f = await Fixture.open();
    f.truth.set(1, 'one');
    await f.kv.getOrLease(['t:1'], 60_000);
    const got = f.cached().get(1);
    await turns();
    for (let ms = 0; ms < 300; ms += 10) {
      expect(f.loads).toEqual([]);
      await f.clock.advance(10);
    }
    expect(await got).toBe('one');
    expect(await f.kv.get('t:1')).toBeUndefined();
  });
});

describe('a store that fails', () => {
  const down = async (): Promise<never> => Promise.reject(unavailable('kv'));

  it('is done without, still one load at a time for an id', async () => {
    await using f = await Fixture.open();
    f.truth.set(1, 'one');
    const things = f.cached(storeOver(f.kv, { getOrLease: down }));
    expect(await Promise.all([things.get(1), things.get(1)])).toEqual(['one', 'one']);
    expect(f.loads).toEqual([[1]]);
    expect(things.counts.degraded).toBe(1);
  });

  it('costs no answer when only the fill fails', async () => {
    await using f = await Fixture.open();
    f.truth.set(1, 'one');
    const things = f.cached(storeOver(f.kv, { fill: down }));
    expect(await things.get(1)).toBe('one');
    await turns();
    expect(things.counts.failures).toBe(1);
    expect(f.errors).toHaveLength(1);
  });

  it('is not papered over when the fault is ours', async () => {
    await using f = await Fixture.open();
    const defect = new AppError({ kind: 'internal', code: 'X', message: 'bad key' });
    const things = f.cached(storeOver(f.kv, { getOrLease: () => Promise.reject(defect) }));
    await expect(things.get(1)).rejects.toBe(defect);
  });

  it('tells whoever invalidates', async () => {
    await using f = await Fixture.open();
    const things = f.cached(storeOver(f.kv, { delete: down, set: down }));
    await expect(things.invalidate([1])).rejects.toMatchObject({ kind: 'unavailable' });
    await expect(things.set(1, 'x')).rejects.toMatchObject({ kind: 'unavailable' });
  });

  it('holds bytes that can not be read: they are loaded anew and filled by the next', async () => {
    await using f = await Fixture.open();
    f.truth.set(1, 'one');
    await f.kv.set('t:1', Uint8Array.of(1, 0x61), {});
    const things = f.cached();
    for (let i = 0; i < 3; i += 1) expect(await things.get(1)).toBe('one');
    expect(f.errors).toHaveLength(1);
    expect(f.loads).toHaveLength(2);
  });
});
