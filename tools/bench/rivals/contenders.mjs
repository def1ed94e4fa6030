import KeyvRedis from '@keyv/redis';
import { BentoCache, bentostore } from 'bentocache';
import { memoryDriver } from 'bentocache/drivers/memory';
import { redisDriver } from 'bentocache/drivers/redis';
import { createCache } from 'cache-manager';
import { Cacheable, Keyv } from 'cacheable';
import { Redis } from 'ioredis';
import { LRUCache } from 'lru-cache';

/**
 * The rivals, each as its documentation has it: a read is the one call that loads what is missing. `open({ prefix, load,
 * url })` gives one process' cache over a Redis, or in memory where there is no `url`.
 */
const TTL_MS = 3_600_000;
const MAX_ENTRIES = 200_000;

export const rivals = [
  { name: 'lru-cache', openMemory: openLru },
  { name: 'cache-manager', openMemory: openManager, openRedis: openManager },
  { name: 'bentocache', openMemory: openBento, openRedis: openBento },
  { name: 'cacheable', openMemory: openCacheable, openRedis: openCacheable },
];

function openLru({ load }) {
  const cache = new LRUCache({ max: MAX_ENTRIES, ttl: TTL_MS, fetchMethod: (id) => load(id) });
  return {
    get: (id) => cache.fetch(id),
    set: async (id, value) => void cache.set(id, value),
    delete: async (id) => void cache.delete(id),
    close: async () => cache.clear(),
  };
}

const keyvOver = (url, prefix) => new Keyv({ store: new KeyvRedis(url), namespace: prefix });

function openManager({ url, prefix, load }) {
  const keyv = url === undefined ? undefined : keyvOver(url, prefix);
  const cache = createCache({ ttl: TTL_MS, ...(keyv && { stores: [keyv] }) });
  return {
    get: (id) => cache.wrap(id, () => load(id)),
    set: async (id, value) => void (await cache.set(id, value)),
    delete: async (id) => void (await cache.del(id)),
    close: () => cache.disconnect(),
  };
}

function openBento({ url, prefix, load }) {
  const connection = url === undefined ? undefined : new Redis(url);
  const layer = connection
    ? bentostore().useL2Layer(redisDriver({ connection, prefix }))
    : bentostore().useL1Layer(memoryDriver({ maxItems: MAX_ENTRIES, serialize: false }));
  const cache = new BentoCache({ default: 'only', stores: { only: layer }, ttl: TTL_MS });
  return {
    get: (id) => cache.getOrSet({ key: id, factory: () => load(id) }),
    set: async (key, value) => void (await cache.set({ key, value })),
    delete: async (key) => void (await cache.delete({ key })),
    close: async () => {
      await cache.disconnectAll();
    },
  };
}

function openCacheable({ url, prefix, load }) {
  const primary = url === undefined ? undefined : keyvOver(url, prefix);
  const cache = new Cacheable({ ttl: TTL_MS, ...(primary && { primary }) });
  return {
    get: (id) => cache.getOrSet(id, () => load(id)),
    set: async (id, value) => void (await cache.set(id, value)),
    delete: async (id) => void (await cache.delete(id)),
    close: () => cache.disconnect(),
  };
}
