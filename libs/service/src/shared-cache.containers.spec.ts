import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { openKv, type Kv } from '@storey/kv';
import { ToxicProxy, realStores } from '@storey/testing';
import { openSharedCache, type SharedCache } from './shared-cache.js';

const KEYS = Array.from({ length: 100 }, (_, n) => `{k:${n}}`);
const LIFE = { ttlMs: 60_000 };
const VALUE = new TextEncoder().encode('v');
const settings = '?prefix=ring:&timeoutMs=2000';

/** Two ways to one server, which knows nothing of it. */
let near: string;
let far: ToxicProxy;
let direct: Kv;
const opened: SharedCache[] = [];

beforeEach(async () => {
  const { port } = new URL(realStores.redis);
  near = `127.0.0.1:${port}`;
  far = await ToxicProxy.start({ targetPort: Number(port) });
  direct = await openKv(`${realStores.redis}${settings}`);
  await direct.flush();
});

afterEach(async () => {
  await Promise.all([...opened.splice(0), direct].map((store) => store.close()));
  await far[Symbol.asyncDispose]();
});

/** @returns the cache, and the stores of its servers. */
async function open(servers: readonly string[], more = '') {
  const nodes: Kv[] = [];
  const url = `redis+ring://${servers.join(',')}${settings}${more}`;
  const cache = await openSharedCache(url, { openWithinMs: 5000 }, (kv) => {
    nodes.push(kv);
    return kv;
  });
  opened.push(cache);
  return { cache, nodes };
}

const both = () => open([near, `127.0.0.1:${far.port}`]);

const found = async (cache: SharedCache): Promise<number> =>
  (await cache.mget(KEYS)).filter((value) => value !== undefined).length;

it('deals the keys out over its servers, and finds them', async () => {
  const { cache, nodes } = await both();
  const asked = nodes.map((node) => {
    const keys: string[] = [];
    const set = node.set.bind(node);
    node.set = (key, ...rest) => {
      keys.push(key);
      return set(key, ...rest);
    };
    return keys;
  });
  for (const key of KEYS) await cache.set(key, VALUE, LIFE);
  expect(await found(cache)).toBe(100);
  const [here = 0, there = 0] = asked.map(({ length }) => length);
  expect(here + there).toBe(100);
  expect(Math.min(here, there)).toBeGreaterThan(25);
});

it('is there while one of its servers is, and misses what lies on the other', async () => {
  const { cache } = await both();
  for (const key of KEYS) await cache.set(key, VALUE, LIFE);
  far.set({ kind: 'down' });
  await cache.ping();
  const left = await found(cache);
  expect(left).toBeGreaterThan(25);
  expect(left).toBeLessThan(75);
});

it('is away when all of its servers are', async () => {
  const { cache } = await open([`127.0.0.1:${far.port}`]);
  far.set({ kind: 'down' });
  await expect(cache.ping()).rejects.toMatchObject({ kind: 'unavailable' });
  await expect(cache.mget(KEYS)).rejects.toMatchObject({ kind: 'unavailable' });
});

it('does not find what a server held before it left, when it is told of its leaving', async () => {
  const [stays, leaves] = [near, `127.0.0.1:${far.port}`];
  const before = await open([stays, leaves]);
  for (const key of KEYS) await before.cache.set(key, VALUE, LIFE);
  const without = await open([stays], `&was=${stays},${leaves}`);
  await without.cache.delete(KEYS);
  const again = await open([stays, leaves], `&was=${stays},${leaves}&was=${stays}`);
  expect(await found(again.cache)).toBe(0);
  const forgetful = await open([stays, leaves]);
  expect(await found(forgetful.cache)).toBeGreaterThan(0);
});
