import { describe, expect, it } from '@jest/globals';
import { SeededRandom } from '@storey/context';
import { type CacheStore } from '../src/index.js';
import { Fixture, storeOver, turns } from './fixture.js';

const READERS = 1000;

/** Lets `ms` pass in small steps, as many things wait for one another. */
async function pass(f: Fixture, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 5) {
    await turns();
    await f.clock.advance(5);
  }
  await turns();
}

describe('a thousand who miss at once', () => {
  it.each([
    [1, 100],
    [2, 10],
    [2, 250],
    [3, 250],
  ])('in %i processes cost one load of %i ms, and no error', async (processes, loadMs) => {
    await using f = await Fixture.open();
    f.truth.set(1, 'one');
    f.delay = () => f.clock.sleep(loadMs);
    const caches = Array.from({ length: processes }, () => f.cached());
    const rounds = Array.from({ length: Math.ceil(READERS / processes) }, () => caches);
    const all = Promise.all(rounds.flat().map((things) => things.get(1)));
    await pass(f, 350);
    expect(new Set(await all)).toEqual(new Set(['one']));
    expect(f.loads).toEqual([[1]]);
  });

  it('and others who come while it is loaded, turn after turn, cost one load', async () => {
    await using f = await Fixture.open();
    f.truth.set(1, 'one');
    f.delay = () => f.clock.sleep(50);
    const caches = [f.cached(), f.cached()];
    const reads: Promise<string | undefined>[] = [];
    for (let i = 0; i < 100; i += 1) {
      for (const things of caches) reads.push(things.get(1));
      await f.clock.advance(1);
    }
    await pass(f, 100);
    expect(new Set(await Promise.all(reads))).toEqual(new Set(['one']));
    expect(f.loads).toEqual([[1]]);
  });

  it('whose first has gone cost one load more, not a wait for a lease of nobody', async () => {
    await using f = await Fixture.open();
    f.truth.set(1, 'one');
    f.delay = () => f.clock.sleep(100);
    const abort = new AbortController();
    const gone = expect(f.cached().get(1, abort.signal)).rejects.toThrow('gone');
    await turns();
    const others = Promise.all([f.cached().get(1), f.cached().get(1)]);
    abort.abort(new Error('gone'));
    await gone;
    await pass(f, 250);
    expect(await others).toEqual(['one', 'one']);
    expect(f.loads).toHaveLength(2);
  });
});

describe('reads of what does not exist', () => {
  it('cost one load an id and life, in all processes together', async () => {
    await using f = await Fixture.open();
    const caches = [f.cached(), f.cached()];
    const ids = Array.from({ length: 100 }, (_, i) => i);
    const lives = 3;
    for (let life = 0; life < lives; life += 1) {
      for (let i = 0; i < 50; i += 1) for (const things of caches) await things.getMany(ids);
      await f.clock.advance(5001);
    }
    const asked = new Map<number, number>();
    for (const id of f.loads.flat()) asked.set(id, (asked.get(id) ?? 0) + 1);
    expect(asked.size).toBe(ids.length);
    expect(Math.max(...asked.values())).toBe(lives);
  });

  it.each(['set', 'invalidate'] as const)('end with the insert, told by %s', async (tell) => {
    await using f = await Fixture.open();
    const things = f.cached();
    await things.get(1);
    f.truth.set(1, 'inserted');
    const writer = f.cached();
    await (tell === 'set' ? writer.set(1, 'inserted') : writer.invalidate([1]));
    expect(await things.get(1)).toBe('inserted');
  });

  it('of what was deleted cost no load at all', async () => {
    await using f = await Fixture.open();
    f.truth.set(1, 'one');
    const things = f.cached();
    await things.get(1);
    f.truth.delete(1);
    await f.cached().delete(1);
    expect(await things.get(1)).toBeUndefined();
    expect(f.loads).toHaveLength(1);
  });

  it('of what was deleted load anew where nothing is remembered of the absent', async () => {
    await using f = await Fixture.open();
    const things = f.cached(f.kv, { emptyTtlMs: 0 });
    await things.set(1, 'one');
    await things.delete(1);
    expect(await f.kv.get('t:1')).toBeUndefined();
  });
});

describe('what is too big', () => {
  const BIG = 'x'.repeat(100);

  it('is loaded each time and told of once, and nobody waits for it', async () => {
    await using f = await Fixture.open();
    f.truth.set(1, BIG);
    const [here, there] = [f.cached(f.kv, { maxBytes: 100 }), f.cached(f.kv, { maxBytes: 100 })];
    for (const things of [here, there, here, there]) expect(await things.get(1)).toBe(BIG);
    expect(f.loads).toHaveLength(4);
    expect(here.counts).toMatchObject({ tooBig: 2, failures: 0 });
    expect(f.errors.map(String)).toEqual([
      expect.stringContaining('of 120 bytes is not cached: 100 are allowed'),
      expect.stringContaining('of 120 bytes'),
    ]);
  });

  it('leaves nothing of before behind when it is set', async () => {
    await using f = await Fixture.open();
    f.truth.set(1, BIG);
    const things = f.cached(f.kv, { maxBytes: 100 });
    await things.set(1, 'small');
    await things.set(1, BIG);
    expect(await f.kv.get('t:1')).toBeUndefined();
    expect(await things.get(1)).toBe(BIG);
  });

  it('is 100 kB and more, after packing, where nothing else is said', async () => {
    await using f = await Fixture.open();
    const lengths: number[] = [];
    const set: CacheStore['set'] = async (_key, value) => void lengths.push(value.byteLength);
    const random = new SeededRandom(1);
    const noise = Array.from({ length: 140_000 }, () => String.fromCharCode(random.int(33, 122)));
    const things = f.cached(storeOver(f.kv, { set }));
    await things.set(1, noise.join(''));
    await things.set(2, 'x'.repeat(200_000));
    expect(things.counts.tooBig).toBe(1);
    expect(lengths).toHaveLength(1);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(100_000);
  });
});
