import { Cache, noStore } from '@storey/cache';
import { openKv } from '@storey/kv';

const LIVES = { ttlMs: 3_600_000, jitter: 0.1, emptyTtlMs: 1000 };
const LOCAL = { maxBytes: 2 ** 29, freshMs: 3_600_000, staleMs: 0, promote: 'all' };

const json = {
  encode: (value) => new TextEncoder().encode(JSON.stringify(value)),
  decode: (bytes) => JSON.parse(new TextDecoder().decode(bytes)),
};
export const bytesAsTheyAre = { encode: (bytes) => bytes, decode: (bytes) => bytes };

/** libs/cache in the form of the rivals: in memory with copies in the process, over Redis without. */
export const ours = {
  name: '@storey/cache',
  openMemory: (options) => open({ ...options, local: LOCAL }),
  // A machine that is measured may be late: what is read past the store would be counted as a hit.
  openRedis: ({ url, ...options }) => open({ ...options, url: patient(url) }),
};

const patient = (url) => `${url}${url.includes('?') ? '&' : '?'}timeoutMs=5000`;

async function open({ url, prefix, load, codec = json, local }) {
  const store = url === undefined ? { ...noStore(), close: async () => undefined } : await openKv(url);
  const onError = (error) => {
    throw error;
  };
  const cached = new Cache(store, { onError }).define({
    name: 'bench',
    key: (id) => `{${prefix}:${id}}`,
    codec,
    ...LIVES,
    ...(local && { local }),
    load: async (ids) => new Map(await Promise.all(ids.map(async (id) => [id, await load(id)]))),
  });
  return {
    get: (id) => cached.get(id),
    getMany: (ids) => cached.getMany(ids),
    peek: (id) => cached.peek(id),
    set: (id, value) => cached.set(id, value),
    delete: (id) => cached.invalidate([id]),
    close: () => store.close(),
  };
}
