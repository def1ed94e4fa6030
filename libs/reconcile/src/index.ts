export type { Comparison, Difference } from './comparison.js';
export { reconcile } from './reconcile.js';
export type { Outcome, ReconcileOptions } from './reconcile.js';
