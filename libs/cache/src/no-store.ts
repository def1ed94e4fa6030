import { type CacheStore } from './cache-store.js';

const EMPTY = { token: '' };

/** A store that keeps nothing, for what has copies in the process only: each miss is a load, shared in the process. */
export function noStore(): CacheStore {
  return {
    mget: async (keys) => keys.map(() => undefined),
    set: async () => undefined,
    compareAndSet: async () => false,
    delete: async () => 0,
    getOrLease: async (keys) => keys.map(() => EMPTY),
    fill: async () => false,
  };
}
