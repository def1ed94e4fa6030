import { describe, expect, it } from '@jest/globals';
import { FakeClock, SeededRandom } from '@storey/context';
import { openKv, type Kv } from '@storey/kv';
import { Cache, type Cached, type CacheStore, type Found } from '../src/index.js';
import { decodeEntry } from '../src/entry.js';
import { Fixture, hold, storeOver, text, turns } from './fixture.js';
import { playEveryOrder, type Play, type Step } from './orders.js';

const HOUR_MS = 3_600_000;
const KEPT = { lastKnownMs: HOUR_MS, key: (id: number) => `{t:${id}}` };

const known = async (things: Cached<number, string>): Promise<Found<string> | undefined> =>
  (await things.lastKnown([1])).get(1);

async function loaded(f: Fixture): Promise<Cached<number, string>> {
  f.truth.set(1, 'first');
  const things = f.cached(f.kv, KEPT);
  await things.get(1);
  await turns();
  return things;
}

describe('what was last known of an id', () => {
  it('is what is cached, as long as that is', async () => {
    await using f = await Fixture.open();
    const things = await loaded(f);
    expect(await known(things)).toEqual({ value: 'first', stale: false });
    expect((await things.lastKnown([1, 2])).size).toBe(1);
  });

  it('outlives the life of its entry, flagged, for so long as was asked for', async () => {
    await using f = await Fixture.open();
    const things = await loaded(f);
    await f.clock.advance(HOUR_MS - 1);
    expect(await f.kv.get('{t:1}')).toBeUndefined();
    expect(await known(things)).toEqual({ value: 'first', stale: true });
    await f.clock.advance(1);
    expect(await known(things)).toBeUndefined();
  });

  it('outlives an invalidation, and nobody is served it who can load', async () => {
    await using f = await Fixture.open();
    const things = await loaded(f);
    f.truth.set(1, 'second');
    await things.invalidate([1]);
    expect(await known(things)).toEqual({ value: 'first', stale: true });
    expect(await things.look(1)).toEqual({ value: 'second', stale: false });
    await turns();
    await things.invalidate([1]);
    expect(await known(things)).toEqual({ value: 'second', stale: true });
  });

  it.each([
    ['told to be forgotten', (things: Cached<number, string>) => things.invalidate([1], { forget: true })],
    ['deleted', (things: Cached<number, string>) => things.delete(1)],
  ])('is gone when it is %s', async (_, remove) => {
    await using f = await Fixture.open();
    const things = await loaded(f);
    await remove(things);
    expect((await known(things))?.value).toBeUndefined();
    await f.clock.advance(60_000);
    expect(await known(things)).toBeUndefined();
  });

  it('is forgotten of as many at once as a difference of the whole cache may name', async () => {
    await using f = await Fixture.open();
    const things = await loaded(f);
    await things.invalidate(
      Array.from({ length: 1000 }, (_, at) => at + 1),
      { forget: true },
    );
    expect(await known(things)).toBeUndefined();
  });

  it('is what was set', async () => {
    await using f = await Fixture.open();
    const things = await loaded(f);
    await things.set(1, 'second');
    await things.invalidate([1]);
    expect(await known(things)).toEqual({ value: 'second', stale: true });
  });

  it('is gone when a load finds nothing any more, or something too big to be kept', async () => {
    await using f = await Fixture.open();
    for (const truth of [undefined, 'x'.repeat(200)]) {
      const things = f.cached(f.kv, { ...KEPT, maxBytes: 100 });
      await things.set(1, 'small');
      await things.invalidate([1]);
      if (truth === undefined) f.truth.delete(1);
      else f.truth.set(1, truth);
      await things.get(1);
      await turns();
      await things.invalidate([1]);
      expect(await known(things)).toBeUndefined();
    }
  });

  it('is renewed by who reloads, and by who rebuilds', async () => {
    await using f = await Fixture.open();
    f.truth.set(1, 'first');
    const things = f.cached(f.kv, { ...KEPT, staleForMs: 10_000 });
    await things.rebuild([1]);
    expect(await known(things)).toEqual({ value: 'first', stale: false });
    await f.clock.advance(60_000);
    f.truth.set(1, 'second');
    expect(await things.get(1)).toBe('first');
    await turns();
    await things.invalidate([1]);
    expect(await known(things)).toEqual({ value: 'second', stale: true });
    await things.invalidate([1], { forget: true });
    await things.rebuild([1]);
    await things.invalidate([1]);
    expect(await known(things)).toEqual({ value: 'second', stale: true });
  });

  it('that can not be read is none', async () => {
    await using f = await Fixture.open();
    const things = await loaded(f);
    await things.invalidate([1]);
    await f.kv.set('{t:1}:k', new Uint8Array([1, 2, 3]), {});
    expect(await known(things)).toBeUndefined();
    expect(f.errors).toHaveLength(1);
  });

  it('is not kept where that was not asked for', async () => {
    await using f = await Fixture.open();
    f.truth.set(1, 'first');
    const things = f.cached();
    await things.get(1);
    await turns();
    expect(await f.kv.get('{t:1}:k')).toBeUndefined();
    await things.invalidate([1]);
    expect(await known(things)).toBeUndefined();
  });

  it('that another holds up is not waited for by who reads', async () => {
    await using f = await Fixture.open();
    const things = await loaded(f);
    await things.invalidate([1]);
    const release = hold(f);
    const reading = things.get(1);
    await turns();
    expect(await known(things)).toEqual({ value: 'first', stale: true });
    release();
    expect(await reading).toBe('first');
  });
});

/** As the truth goes; what is forgotten at the change may never be known again. */
const TRUTHS = ['to be hidden', 'hidden'];

interface Plan {
  readonly before: 'nothing' | 'known';
  /** What stands in the place of the guard, by the verb. */
  readonly form?: (kv: Kv, step: Step) => Partial<CacheStore>;
}

/** A step is one statement of the database or one verb of the store; the second reader takes one for all. */
class Forgetting {
  readonly #clock = new FakeClock();
  #truth = 0;
  #told = 0;
  #stale = false;

  constructor(
    private readonly kv: Kv,
    private readonly plan: Plan,
  ) {}

  /** In how many of how many orders the store remembers what was to be forgotten. */
  async run(): Promise<{ orders: number; stale: number }> {
    let stale = 0;
    const orders = await playEveryOrder(async (step) => {
      if (this.#stale) stale += 1;
      return this.#stage(step);
    });
    return { orders, stale: stale + (this.#stale ? 1 : 0) };
  }

  async #stage(step: Step): Promise<Play> {
    await this.kv.flush();
    [this.#truth, this.#told, this.#stale] = [0, 0, false];
    const atOnce = (): Promise<void> => Promise.resolve();
    if (this.plan.before === 'known') {
      await this.#things(atOnce).set(1, TRUTHS[0] ?? '');
      await this.#things(atOnce).invalidate([1]);
    }
    const [slow, quick, writer] = [this.#things(step), this.#things(atOnce), this.#things(step)];
    const read = async (things: Cached<number, string>): Promise<void> => {
      await step();
      await things.get(1);
    };
    return { actors: [read(slow), read(quick), this.#write(writer, step)], look: () => this.#look() };
  }

  async #write(things: Cached<number, string>, step: Step): Promise<void> {
    await step();
    this.#truth = 1;
    await things.invalidate([1], { forget: true });
    this.#told = 1;
  }

  #things(step: Step): Cached<number, string> {
    const store = storeOver(this.kv, this.plan.form?.(this.kv, step) ?? {});
    const stepwise = storeOver(this.kv, {
      getOrLease: async (...args) => (await step(), store.getOrLease(...args)),
      fill: async (...args) => (await step(), store.fill(...args)),
      compareAndSet: async (...args) => (await step(), store.compareAndSet(...args)),
      delete: async (...args) => (await step(), store.delete(...args)),
      set: async (...args) => (await step(), store.set(...args)),
    });
    const onError = (error: unknown): never => {
      throw error;
    };
    const cache = new Cache(stepwise, {
      ...{ clock: this.#clock, random: new SeededRandom(1), waitsMs: [], onError },
    });
    const lives = { ttlMs: 60_000, jitter: 0, emptyTtlMs: 60_000, lastKnownMs: HOUR_MS };
    const load = async (): Promise<Map<number, string>> => {
      await step();
      return new Map([[1, TRUTHS[this.#truth] ?? '']]);
    };
    return cache.define({ name: 'thing', key: KEPT.key, codec: text, ...lives, load });
  }

  async #look(): Promise<void> {
    for (const bytes of await this.kv.mget(['{t:1}', '{t:1}:k'])) {
      if (bytes && TRUTHS.indexOf(decodeEntry(text, bytes).value ?? '') < this.#told) this.#stale = true;
    }
  }
}

/** Written in a step of its own, once the entry stands. */
const apart = (kv: Kv, step: Step): Partial<CacheStore> => ({
  fill: async (key, token, value, { ttlMs, beside }) => {
    const stands = await kv.fill(key, token, value, { ttlMs });
    await step();
    if (stands && beside) await kv.set(beside.key, value, { ttlMs: HOUR_MS });
    return stands;
  },
});

/** Written whether the entry stands or not. */
const ungated = (kv: Kv): Partial<CacheStore> => ({
  fill: async (key, token, value, { ttlMs, beside }) => {
    if (beside) await kv.set(beside.key, value, { ttlMs: HOUR_MS });
    return kv.fill(key, token, value, { ttlMs });
  },
});

describe('in all orders of a slow read, a quick one and a change that is to be forgotten', () => {
  const race = async (plan: Plan): Promise<number> => {
    const kv = await openKv('memory:', { clock: new FakeClock() });
    const { orders, stale } = await new Forgetting(kv, plan).run();
    await kv.close();
    expect(orders).toBeGreaterThan(80);
    return stale;
  };

  it.each(['nothing', 'known'] as const)('nothing of before is left (%s before)', async (before) => {
    expect(await race({ before })).toBe(0);
  });

  it.each([
    ['written in a step of its own', apart],
    ['written whether the entry stands or not', ungated],
  ])('it would be, were it %s', async (_, form) => {
    const stale = [await race({ before: 'nothing', form }), await race({ before: 'known', form })];
    expect(Math.max(...stale)).toBeGreaterThan(0);
  });
});
