import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { FakeClock, SeededRandom } from '@storey/context';
import { openKv, type Kv } from '@storey/kv';
import { Cache, type Cached, type CacheStore } from '../src/index.js';
import { decodeEntry } from '../src/entry.js';
import { storeOver, text } from './fixture.js';
import { playEveryOrder, type Play, type Step } from './orders.js';

/** What happens to the thing. It is deleted in the end. */
const TRUTHS: readonly (string | undefined)[] = ['first', 'second', undefined];

interface Plan {
  /** How the writer tells the cache, after each change is committed. */
  readonly tell: 'set' | 'invalidate';
  /** What is cached before: nothing, or the first truth with its fresh time over. */
  readonly before: 'cold' | 'stale';
  readonly form?: (kv: Kv) => Partial<CacheStore>;
}

/** Who sleeps wakes at once: how long a wait was is no matter of order. */
class RestlessClock extends FakeClock {
  override sleep(): Promise<void> {
    return Promise.resolve();
  }
}

/**
 * Process A reads the thing; in process B a writer changes it and later deletes it, and a second reader reads it. A step
 * is one statement of the database or one verb of the store. An order is stale when the store, after any step, holds
 * something older than it was told of, or a reader gets something older than had been told when it asked.
 */
class Races {
  readonly #clock = new RestlessClock();
  #truth = 0;
  #told = 0;
  #stale = false;

  constructor(
    private readonly kv: Kv,
    private readonly plan: Plan,
  ) {}

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
    this.#truth = 0;
    this.#told = 0;
    this.#stale = false;
    if (this.plan.before === 'stale') await this.#seed();
    const a = this.#process(step);
    const b = this.#process(step);
    const actors = [this.#read(a, step), this.#read(b, step), this.#write(b, step)];
    return { actors, look: () => this.#look() };
  }

  /** By a process whose clock is 61 s behind: the fresh time is over, the life in the store is not. */
  async #seed(): Promise<void> {
    const past = new FakeClock(this.#clock.now() - 61_000);
    await this.#cached(storeOver(this.kv, {}), past, async () => new Map()).set(1, 'first');
  }

  /** The caches of one process. Its reader looks up as it asks: that is no step of its own. */
  #process(step: Step): Cached<number, string> {
    const store = storeOver(this.kv, this.plan.form?.(this.kv) ?? {});
    const stepwise = storeOver(this.kv, {});
    let asked = false;
    stepwise.getOrLease = async (...args) => {
      if (asked) await step();
      asked = true;
      return store.getOrLease(...args);
    };
    stepwise.fill = async (...args) => (await step(), store.fill(...args));
    stepwise.compareAndSet = async (...args) => (await step(), store.compareAndSet(...args));
    stepwise.set = async (...args) => (await step(), store.set(...args));
    stepwise.delete = async (...args) => (await step(), store.delete(...args));
    return this.#cached(stepwise, this.#clock, async (ids) => {
      await step();
      const value = TRUTHS[this.#truth];
      return new Map(value === undefined ? [] : ids.map((id) => [id, value]));
    });
  }

  #cached(
    store: CacheStore,
    clock: FakeClock,
    load: (ids: readonly number[]) => Promise<Map<number, string>>,
  ): Cached<number, string> {
    const onError = (error: unknown): never => {
      throw error;
    };
    const cache = new Cache(store, { clock, random: new SeededRandom(1), waitsMs: [1], onError });
    const lives = { ttlMs: 60_000, jitter: 0, emptyTtlMs: 60_000, staleForMs: 10_000 };
    return cache.define({ name: 'thing', key: (id) => `t:${id}`, codec: text, ...lives, load });
  }

  async #read(things: Cached<number, string>, step: Step): Promise<void> {
    await step();
    const told = this.#told;
    const value = await things.get(1);
    if (TRUTHS.indexOf(value) < told) this.#stale = true;
  }

  async #write(things: Cached<number, string>, step: Step): Promise<void> {
    for (const [truth, value] of [...TRUTHS.entries()].slice(1)) {
      await step();
      this.#truth = truth;
      if (this.plan.tell === 'invalidate') await things.invalidate([1]);
      else await (value === undefined ? things.delete(1) : things.set(1, value));
      this.#told = truth;
    }
  }

  async #look(): Promise<void> {
    const bytes = await this.kv.get('t:1');
    if (bytes && TRUTHS.indexOf(decodeEntry(text, bytes).value) < this.#told) this.#stale = true;
  }
}

/** Thousands of orders each. */
const TIMEOUT_MS = 60_000;

/** Everybody who misses may fill. */
const noLeases = (kv: Kv): Partial<CacheStore> => ({
  getOrLease: async (keys) =>
    (await kv.mget(keys)).map((value) => (value ? { value } : { token: 'anybody' })),
});

const plainSet = (kv: Kv): Partial<CacheStore> => ({
  ...noLeases(kv),
  fill: async (key, _token, value, life) => (await kv.set(key, value, life), true),
});

const setIfAbsent = (kv: Kv): Partial<CacheStore> => ({
  ...noLeases(kv),
  fill: async (key, _token, value, life) => (await kv.setIfAbsent(key, value, life)) === undefined,
});

const plainRefresh = (kv: Kv): Partial<CacheStore> => ({
  compareAndSet: async (key, _old, value, life) => (await kv.set(key, value, life), true),
});

describe('in all orders of two slow reads, a write and a deletion over two processes', () => {
  let kv: Kv;
  const lines: string[] = [];

  beforeAll(async () => {
    kv = await openKv('memory:', { clock: new FakeClock() });
  });

  afterAll(async () => {
    await kv.close();
    process.stdout.write(`${lines.join('\n')}\n`);
  });

  async function race(form: string, plan: Plan): Promise<number> {
    const { orders, stale } = await new Races(kv, plan).run();
    const before = plan.before === 'cold' ? 'nothing cached' : 'stale before';
    lines.push(`  ${form}, writer ${plan.tell}s, ${before}: ${stale} stale of ${orders} orders`);
    expect(orders).toBeGreaterThan(500);
    return stale;
  }

  it.each([
    { tell: 'set', before: 'cold' },
    { tell: 'invalidate', before: 'cold' },
    { tell: 'set', before: 'stale' },
    { tell: 'invalidate', before: 'stale' },
  ] as const)(
    'nothing older is left after something newer: %o',
    async (plan) => {
      expect(await race('leases', plan)).toBe(0);
    },
    TIMEOUT_MS,
  );

  it.each(['set', 'invalidate'] as const)(
    'a plain SET would leave it (writer: %s)',
    async (tell) => {
      expect(await race('plain SET', { tell, before: 'cold', form: plainSet })).toBeGreaterThan(0);
    },
    TIMEOUT_MS,
  );

  it(
    'a bare SETNX with a writer that deletes would leave it',
    async () => {
      const plan = { tell: 'invalidate', before: 'cold', form: setIfAbsent } as const;
      expect(await race('bare SETNX', plan)).toBeGreaterThan(0);
    },
    TIMEOUT_MS,
  );

  it.each(['set', 'invalidate'] as const)(
    'a refresh by SET would leave it (writer: %s)',
    async (tell) => {
      expect(await race('refresh by SET', { tell, before: 'stale', form: plainRefresh })).toBeGreaterThan(0);
    },
    TIMEOUT_MS,
  );
});
