export { Cache } from './cache.js';
export type { CacheOptions } from './cache.js';
export type { CacheStore, Leased } from './cache-store.js';
export { Cached } from './cached.js';
export type { CacheCounts, Definition } from './cached.js';
export type { Codec } from './entry.js';
export type {
  HotOptions,
  LocalChange,
  LocalCopy,
  LocalCounts,
  LocalOptions,
  Ticket,
} from './local/local-options.js';
