export { Kv } from './kv.js';
export type { Beside, LeaseResult, Merge, QuotaResult, Scored, ScoreRange } from './kv.js';
export { openKv } from './open-kv.js';
export type { KvOptions } from './open-kv.js';
export { counted } from './counted.js';
export type { KvCounts } from './counted.js';
export type { KvNotice } from './journal.js';
export { hashTag } from './limits.js';
