export { LeakyBucket } from './leaky-bucket.js';
export type { LeakyBucketOptions } from './leaky-bucket.js';
export { patiently } from './patiently.js';
export type { PatientlyOptions } from './patiently.js';
export { RetryBudget } from './retry-budget.js';
export type { RetryBudgetOptions } from './retry-budget.js';
export { retryIdempotent } from './retry-idempotent.js';
export type { RetryOptions } from './retry-idempotent.js';
