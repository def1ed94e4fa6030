import { type TopicSpec } from '@storey/events';

/** Users are dealt out over so many regions; a region is a key of the log, so its updates keep their order. */
export const REGIONS = 16;

export const regionOf = (userId: bigint): number => Number(userId % BigInt(REGIONS));

export const HISTORY_UPDATES: TopicSpec = {
  name: 'history.updates.v1',
  partitions: 12,
  retentionMs: 7 * 86_400_000,
};

/** Keeps what consumers gave up. */
export const HISTORY_LETTERS = 'history.dead-letters';

/** The one that writes the tables. */
export const HISTORY_JOB = 'history.job';
