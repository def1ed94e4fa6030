import { setTimeout as sleep } from 'node:timers/promises';
import { Cache } from '@storey/cache';
import { openKv } from '@storey/kv';

const LOAD_MS = 20;

/**
 * All at once at one cold key of libs/cache.
 * @param processes so many caches over one store, each with its part of the readers, stand for as many processes.
 * @returns how often the key was loaded.
 */
export async function loadsOfStampede({ readers, processes, url = 'memory:' }) {
  const store = await openKv(url);
  const key = `{stampede:${process.pid}:${performance.now()}}`;
  let loads = 0;
  const load = async (ids) => {
    loads += 1;
    await sleep(LOAD_MS);
    return new Map(ids.map((id) => [id, 'value']));
  };
  const caches = Array.from({ length: processes }, () => cacheOf(store, key, load));
  await Promise.all(Array.from({ length: readers }, (_, n) => caches[n % processes].get('id')));
  await store.delete([key]);
  await store.close();
  return loads;
}

const text = {
  encode: (value) => new TextEncoder().encode(value),
  decode: (bytes) => new TextDecoder().decode(bytes),
};

function cacheOf(store, key, load) {
  const onError = (error) => {
    throw error;
  };
  const lives = { ttlMs: 60_000, jitter: 0, emptyTtlMs: 0 };
  return new Cache(store, { onError }).define({
    name: 'stampede',
    key: () => key,
    codec: text,
    ...lives,
    load,
  });
}
