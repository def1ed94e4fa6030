import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FakeClock } from '@storey/context';
import { unavailable } from '@storey/errors';
import { openKv, type Kv } from '@storey/kv';
import { type CacheStore } from './cache-store.js';
import { HashRing } from './hash-ring.js';
import { PipelineSize } from './pipeline-size.js';
import { ShardedStore } from './sharded-store.js';

const ALL = ['a', 'b', 'c'];
const KEYS = Array.from({ length: 60 }, (_, n) => `{c:${n}}`);
const LIFE = { ttlMs: 60_000 };
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (value: Uint8Array | undefined): string | undefined => value && new TextDecoder().decode(value);

/** A store that counts what it is asked, and can be away. */
class Node {
  /** Keys of each call. */
  readonly calls: number[] = [];
  failure: Error | undefined;
  readonly store: CacheStore;

  constructor(readonly kv: Kv) {
    this.store = {
      mget: (keys) => this.#call(keys, () => kv.mget(keys)),
      getOrLease: (keys, leaseMs) => this.#call(keys, () => kv.getOrLease(keys, leaseMs)),
      delete: (keys) => this.#call(keys, () => kv.delete(keys)),
      set: (key, ...rest) => this.#call([key], () => kv.set(key, ...rest)),
      compareAndSet: (key, ...rest) => this.#call([key], () => kv.compareAndSet(key, ...rest)),
      fill: (key, ...rest) => this.#call([key], () => kv.fill(key, ...rest)),
    };
  }

  async #call<T>(keys: readonly string[], call: () => Promise<T>): Promise<T> {
    this.calls.push(keys.length);
    if (this.failure) throw this.failure;
    return call();
  }
}

let nodes: Map<string, Node>;
beforeEach(async () => {
  const clock = new FakeClock();
  const opened = ALL.map(async (name) => [name, new Node(await openKv('memory:', { clock }))] as const);
  nodes = new Map(await Promise.all(opened));
});
afterEach(async () => {
  for (const { kv } of nodes.values()) await kv.close();
});

const node = (name: string): Node => {
  const found = nodes.get(name);
  if (!found) throw new Error(`no node ${name}`);
  return found;
};
function over(memberships: readonly (readonly string[])[], sizes?: ReadonlyMap<string, PipelineSize>) {
  const ring = new HashRing({ memberships });
  const stores = new Map([...nodes].map(([name, { store }]) => [name, store]));
  return { ring, store: new ShardedStore({ ring, stores, ...(sizes && { sizes }) }) };
}
const fillAll = (store: ShardedStore, value = (key: string): string => `of ${key}`): Promise<unknown> =>
  Promise.all(KEYS.map((key) => store.set(key, bytes(value(key)), LIFE)));

describe('a store of several', () => {
  it('keeps what lies beside a key in the same one', async () => {
    const { store } = over([['a', 'b'], ALL]);
    const keys = [...KEYS, 'untagged'];
    for (const key of KEYS) {
      const [leased] = await store.getOrLease([key], 1000);
      const beside = { key: `${key}:k`, ttlMs: 1000 };
      expect(await store.fill(key, leased?.token ?? '', bytes('of it'), { ttlMs: 1, beside })).toBe(true);
      expect(
        await store.compareAndSet(key, bytes('of it'), bytes(key), {
          beside: { ...beside, ttlMs: 2000 },
        }),
      ).toBe(true);
    }
    expect((await store.mget(keys.map((key) => `${key}:k`))).map(text)).toEqual([...KEYS, undefined]);
  });

  it('keeps each key in one of them, and answers in the order asked', async () => {
    const { store } = over([ALL]);
    await fillAll(store);
    const asked = [...KEYS.toReversed(), 'absent', KEYS[0] ?? ''];
    const expected = asked.map((key) => (key === 'absent' ? undefined : `of ${key}`));
    expect((await store.mget(asked)).map(text)).toEqual(expected);
    const leased = await store.getOrLease(asked, 1000);
    expect(leased.map(({ value }) => text(value))).toEqual(expected);
    expect(leased[KEYS.length]?.token).toEqual(expect.stringMatching(/./));
  });

  it('asks each of them once for all its keys', async () => {
    const { store } = over([ALL]);
    await store.mget(KEYS);
    expect(ALL.map((name) => node(name).calls.length)).toEqual([1, 1, 1]);
    expect(ALL.reduce((sum, name) => sum + (node(name).calls[0] ?? 0), 0)).toBe(KEYS.length);
  });

  it('asks in pieces of the size that is right for a node', async () => {
    const clock = new FakeClock();
    const sizes = new Map(ALL.map((name) => [name, new PipelineSize({ clock, min: 2, max: 6 })]));
    const { store } = over([ALL], sizes);
    await store.mget(KEYS);
    expect(node('a').calls.slice(0, 4)).toEqual([2, 3, 4, 5]);
    await fillAll(store);
    expect((await store.mget(KEYS)).map(text)).toEqual(KEYS.map((key) => `of ${key}`));
    expect(await store.delete(KEYS)).toBe(KEYS.length);
  });

  it('leases, fills, compares and deletes', async () => {
    const { store } = over([ALL]);
    const [leased] = await store.getOrLease(['k'], 1000);
    expect(await store.fill('k', leased?.token ?? '', bytes('1'), LIFE)).toBe(true);
    expect(await store.compareAndSet('k', bytes('1'), bytes('2'), LIFE)).toBe(true);
    expect(await store.compareAndSet('k', bytes('1'), bytes('3'), LIFE)).toBe(false);
    expect((await store.mget(['k'])).map(text)).toEqual(['2']);
    expect(await store.delete(['k', 'other'])).toBe(1);
    expect(await store.delete([])).toBe(0);
    expect(await store.mget([])).toEqual([]);
  });

  it('refuses a ring with a node that it does not have', () => {
    expect(() => over([[...ALL, 'd']])).toThrow('no store for d');
  });
});

describe('a node that is away', () => {
  it('is missed, without a lease, and the others answer as ever', async () => {
    const { ring, store } = over([ALL]);
    await fillAll(store);
    node('b').failure = unavailable('away');
    const leased = await store.getOrLease(KEYS, 1000);
    for (const [n, key] of KEYS.entries()) {
      const away = ring.placeOf(key).node === 'b';
      expect(leased[n]).toEqual(away ? { token: '' } : { value: bytes(`of ${key}`) });
    }
    expect((await store.mget(KEYS)).filter((value) => value === undefined).length).toBeGreaterThan(0);
  });

  it('is not asked to take what was loaded without a lease', async () => {
    const { ring, store } = over([ALL]);
    const key = KEYS.find((each) => ring.placeOf(each).node === 'b') ?? '';
    expect(await store.fill(key, '', bytes('v'), LIFE)).toBe(false);
    expect(node('b').calls).toEqual([]);
  });

  it('fails what is written to it, after the others have done their part', async () => {
    const { ring, store } = over([ALL]);
    await fillAll(store);
    const away = unavailable('away');
    node('b').failure = away;
    await expect(store.delete(KEYS)).rejects.toBe(away);
    const key = KEYS.find((each) => ring.placeOf(each).node === 'b') ?? '';
    await expect(store.set(key, bytes('v'), LIFE)).rejects.toBe(away);
    node('b').failure = undefined;
    const left = KEYS.filter((each) => ring.placeOf(each).node === 'b');
    expect((await store.mget(KEYS)).filter((value) => value !== undefined)).toHaveLength(left.length);
  });

  it('fails a read when none of those asked is there', async () => {
    const { store } = over([ALL]);
    const away = unavailable('away');
    for (const each of nodes.values()) each.failure = away;
    await expect(store.getOrLease(KEYS, 1000)).rejects.toBe(away);
    await expect(store.mget(['k'])).rejects.toBe(away);
  });

  it('hides no defect of a node that is there', async () => {
    const { store } = over([ALL]);
    const defect = new Error('a defect');
    node('a').failure = unavailable('away');
    node('b').failure = defect;
    await expect(store.mget(KEYS)).rejects.toBe(defect);
  });
});

describe('a node that comes back', () => {
  it('answers with nothing that it held before, and the others with all they kept', async () => {
    const before = over([ALL]);
    await fillAll(before.store, () => 'old');
    const without = over([ALL, ['a', 'b']]);
    await fillAll(without.store, () => 'new');
    const again = over([ALL, ['a', 'b'], ALL]);
    const found = (await again.store.mget(KEYS)).map(text);
    for (const [n, key] of KEYS.entries()) {
      const wasOn = (ring: HashRing): string => ring.placeOf(key).node;
      const stayed = wasOn(before.ring) === wasOn(without.ring);
      expect(found[n]).toBe(stayed ? 'new' : undefined);
    }
    expect(found).toContain(undefined);
    expect(found).toContain('new');
  });

  it('would answer with what it held, were the epoch no part of the key', async () => {
    const ring = new HashRing({ memberships: [ALL] });
    const key = KEYS.find((each) => ring.placeOf(each).node === 'c') ?? '';
    await over([ALL]).store.set(key, bytes('old'), LIFE);
    await over([ALL, ['a', 'b']]).store.set(key, bytes('new'), LIFE);
    expect((await over([ALL]).store.mget([key])).map(text)).toEqual(['old']);
  });
});
