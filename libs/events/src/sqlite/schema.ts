import { AppError } from '@storey/errors';

/** Before it, SQLite may corrupt a WAL file that is reset while another connection checkpoints. */
const LEAST_VERSION = [3, 51, 3] as const;

/** @throws AppError `internal` when this SQLite is too old to be trusted with a write-ahead log. */
export function checkVersion(version: string): void {
  const parts = version.split('.').map(Number);
  for (const [index, least] of LEAST_VERSION.entries()) {
    const part = parts[index] ?? 0;
    if (part > least) return;
    if (part < least) throw tooOld(version);
  }
}

const tooOld = (version: string): AppError =>
  new AppError({
    kind: 'internal',
    code: 'EVENTS_SQLITE_TOO_OLD',
    message: `SQLite ${version} is too old; ${LEAST_VERSION.join('.')} is needed. Use a newer Node.`,
  });

export const PRAGMAS = `
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA journal_size_limit = 67108864;
PRAGMA temp_store = MEMORY;
`;

/**
 * `message.id` is `partition.id * 2^40 + offset`: one b-tree in the order of reading, and values that overflow
 * into pages of their own. `partition.next_offset` outlives its messages, so that no offset is used twice.
 * `boot.number` rises with each opening; epochs are made of it.
 */
export const SCHEMA = `
CREATE TABLE IF NOT EXISTS topic (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  retention_ms INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS "partition" (
  id INTEGER PRIMARY KEY,
  topic_id INTEGER NOT NULL REFERENCES topic (id),
  number INTEGER NOT NULL,
  next_offset INTEGER NOT NULL DEFAULT 0,
  UNIQUE (topic_id, number)
) STRICT;
CREATE TABLE IF NOT EXISTS message (
  id INTEGER PRIMARY KEY,
  timestamp INTEGER NOT NULL,
  key TEXT NOT NULL,
  headers TEXT NOT NULL,
  value BLOB NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS group_offset (
  partition_id INTEGER NOT NULL REFERENCES "partition" (id),
  name TEXT NOT NULL,
  next_offset INTEGER NOT NULL,
  PRIMARY KEY (partition_id, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS boot (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  number INTEGER NOT NULL
) STRICT;
`;
