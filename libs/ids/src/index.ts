export { Ids } from './ids.js';
export { IdGenerator } from './id-generator.js';
export type { IdGeneratorOptions, Marks } from './id-generator.js';
export { EPOCH_MS, WORKERS, lowestIdAt, parseId, shardOf, timeOf } from './layout.js';
export { LeasedIds } from './leased-ids.js';
export type { LeaseOptions } from './leased-ids.js';
export { packIds, unpackIds } from './pack-ids.js';
export type { WorkerLease, WorkerLeaseStore } from './worker-lease.js';
