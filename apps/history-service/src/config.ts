import { integer } from '@storey/config';

export const config = {
  historyLingerMs: integer(
    'HISTORY_LINGER_MS',
    'How long reports are gathered before they go to the log, ms; 0 = until the next tick',
    200,
    0,
    5_000,
  ),
  historyBundleSize: integer('HISTORY_BUNDLE_SIZE', 'Reports of a region that go at once', 500, 1, 5_000),
  historyKeptRecords: integer(
    'HISTORY_KEPT_RECORDS',
    'Newest records of a user kept at hand; older ones are read from the database',
    1_000,
    10,
    1_000,
  ),
} as const;
