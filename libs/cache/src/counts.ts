/** Since the start, in ids except `loads` (calls) and `failures` (calls that did not do what they should). */
export interface CacheCounts {
  /** Found in the store. */
  hits: number;
  /** Found in the process. */
  localHits: number;
  misses: number;
  /** Served although its fresh time was over; part of the hits. */
  stale: number;
  loads: number;
  /** Reloaded behind the back of readers: after the fresh time, or shortly before. */
  refreshes: number;
  /** Those of `refreshes` that came before the fresh time was over. */
  earlyRefreshes: number;
  /** Loaded without asking the store, which was unavailable. */
  degraded: number;
  /** Fills, removals, refreshes and messages that failed; each is told. */
  failures: number;
  /** Not cached, as it is larger than `maxBytes`. */
  tooBig: number;
  backfillsSent: number;
  /** Not sent, as too many are on their way. */
  backfillsDropped: number;
  /** Filled by `rebuild`. */
  rebuilt: number;
}

export const noCounts = (): CacheCounts => ({
  hits: 0,
  localHits: 0,
  misses: 0,
  stale: 0,
  loads: 0,
  refreshes: 0,
  earlyRefreshes: 0,
  degraded: 0,
  failures: 0,
  tooBig: 0,
  backfillsSent: 0,
  backfillsDropped: 0,
  rebuilt: 0,
});
