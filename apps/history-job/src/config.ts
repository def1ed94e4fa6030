import { integer } from '@storey/config';

export const config = {
  historyWindowMs: integer(
    'HISTORY_WINDOW_MS',
    'A record is written to the database at most once in this time, ms',
    60_000,
    0,
    3_600_000,
  ),
  historyMaxHeld: integer(
    'HISTORY_MAX_HELD',
    'Records held in memory until their window ends; more are written sooner',
    50_000,
    100,
    1_000_000,
  ),
  historyPurgeHour: integer(
    'HISTORY_PURGE_HOUR',
    'Hour of the day, UTC, at which history that is older than its user keeps it is removed',
    3,
    0,
    23,
  ),
} as const;
