export { BloomFilter } from './bloom.js';
export type { BloomOptions } from './bloom.js';
export type { Hashable } from './bloom-hash.js';
export { BloomSlices } from './bloom-slices.js';
export type { BloomSlicesOptions } from './bloom-slices.js';
export { Cache } from './cache.js';
export type { CacheOptions, CacheStats } from './cache.js';
export type { Beside, CacheStore, Leased } from './cache-store.js';
export { Cached } from './cached.js';
export type { CacheCounts } from './counts.js';
export type { Backfill, CacheId, Definition } from './definition.js';
export type { Codec } from './entry.js';
export { Flags } from './flags.js';
export { PipelineSize, inPieces } from './pipeline-size.js';
export type { PipelineSizeOptions } from './pipeline-size.js';
export { HashRing } from './hash-ring.js';
export type { HashRingOptions, RingPlace } from './hash-ring.js';
export { ShardedStore } from './sharded-store.js';
export type { ShardedStoreOptions } from './sharded-store.js';
export { SmallTable } from './small-table.js';
export type { SmallTableCounts, SmallTableOptions } from './small-table.js';
export { noStore } from './no-store.js';
export type { Found } from './scope.js';
export type {
  HotOptions,
  LocalChange,
  LocalCopy,
  LocalCounts,
  LocalOptions,
  Ticket,
} from './local/local-options.js';
export { HotKeys } from './local/hot-keys.js';
export type { HotKeysCounts } from './local/hot-keys.js';
export { LocalCopies } from './local/local-copies.js';
export { checksumsOf, findDiffering } from './local/checksums.js';
export type { Checksums } from './local/checksums.js';
export { Patrol } from './local/patrol.js';
export type { PatrolCounts, PatrolOptions } from './local/patrol.js';
