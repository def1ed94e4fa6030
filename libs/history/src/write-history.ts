import { shardOfKey, tableFor, upsert, type Sql } from '@storey/sql';
import { type Transaction } from 'kysely';
import { nameOf, type HistoryRecord, type Snapshot } from './history-record.js';
import { wins } from './order.js';
import { fromRow, toRow } from './record-row.js';
import { type Deletion } from './stored-history.js';
import { type HistoryDb, type RecordTable } from './tables.js';

/** Rows of one upsert. */
export const MAX_ROWS = 500;
/** Keys of one look-up; SQLite bounds the depth of an OR. */
const LOOKUP = 100;

/** The latest known of one record. Without a snapshot the row keeps the one it has. */
export interface RecordChange extends Omit<HistoryRecord, keyof Snapshot> {
  readonly userId: bigint;
  readonly snapshot: Snapshot | undefined;
}

const NO_SNAPSHOT: Snapshot = { title: '', coverUrl: '', url: '', part: '' };

type Table = `history_record_${number}`;
type Tx = Transaction<HistoryDb>;

/**
 * Writes records in bulk: of what is given and what is stored the newer stands, and nothing deleted comes back.
 * Idempotent. @param changes at most 500, no two of one record. @returns how many rows were written.
 */
export async function writeRecords(sql: Sql<HistoryDb>, changes: readonly RecordChange[]): Promise<number> {
  let written = 0;
  for (const [table, some] of byTable(changes, sql.tables))
    written += await sql.transaction((tx) => writeTable(tx, table, some), { timeoutMs: 2000 });
  return written;
}

/** Notes a deletion and removes what it covers. Idempotent; an older one never lowers a newer one. */
export async function writeDeletion(sql: Sql<HistoryDb>, userId: bigint, deletion: Deletion): Promise<void> {
  const { business, oid } = deletion;
  const at = BigInt(deletion.at);
  const shard = shardOfKey(String(userId));
  const records = tableFor('history_record', shard, sql.tables);
  const tombstones = tableFor('history_tombstone', shard, sql.tables);
  await sql.transaction(
    async (tx) => {
      if (oid === '')
        await upsert(
          tx,
          'history_clear',
          { user_id: userId, business, at },
          { key: ['user_id', 'business'], set: ['at'], ifNewer: 'at' },
        );
      else
        await upsert(
          tx,
          tombstones,
          { user_id: userId, business, oid, at },
          { key: ['user_id', 'business', 'oid'], set: ['at'], ifNewer: 'at' },
        );
      let remove = tx.deleteFrom(records).where('user_id', '=', userId).where('at', '<=', at);
      if (business !== '') remove = remove.where('business', '=', business);
      if (oid !== '') remove = remove.where('oid', '=', oid);
      await remove.execute();
    },
    { timeoutMs: 2000 },
  );
}

async function writeTable(tx: Tx, table: Table, changes: readonly RecordChange[]): Promise<number> {
  const stored = await storedRows(tx, table, changes);
  const deleted = await deletedTimes(tx, table, changes);
  const rows: RecordTable[] = [];
  for (const change of changes) {
    const current = stored.get(idOf(change));
    const at = BigInt(change.at);
    const dead = namesCovering(change).some((name) => at <= (deleted.get(name) ?? 0n));
    if (dead || (current && !wins(change, fromRow(current)))) continue;
    const snapshot = change.snapshot ?? (current ? fromRow(current) : NO_SNAPSHOT);
    const { title, coverUrl, url, part } = snapshot;
    rows.push(toRow(change.userId, { ...change, title, coverUrl, url, part }));
  }
  if (rows.length > 0)
    await upsert(tx, table, rows, { key: ['user_id', 'business', 'oid'], set: [...CHANGING] });
  return rows.length;
}

const CHANGING = [
  'progress',
  'duration',
  'at',
  'seq',
  'device',
  'title',
  'cover_url',
  'url',
  'part',
  'finished',
  'hidden',
] as const satisfies readonly (keyof RecordTable)[];

async function storedRows(
  tx: Tx,
  table: Table,
  changes: readonly RecordChange[],
): Promise<Map<string, RecordTable>> {
  const found = new Map<string, RecordTable>();
  for (const some of chunks(changes, LOOKUP)) {
    const rows = await tx
      .selectFrom(table)
      .selectAll()
      .where(({ eb, or, and }) =>
        or(
          some.map(({ userId, business, oid }) =>
            and([eb('user_id', '=', userId), eb('business', '=', business), eb('oid', '=', oid)]),
          ),
        ),
      )
      .execute();
    for (const row of rows) found.set(idOf({ ...row, userId: row.user_id }), row);
  }
  return found;
}

/** When what covers these records was deleted, by `namesCovering`. */
async function deletedTimes(
  tx: Tx,
  table: Table,
  changes: readonly RecordChange[],
): Promise<Map<string, bigint>> {
  const tombstones = table.replace('record', 'tombstone') as `history_tombstone_${number}`;
  const times = new Map<string, bigint>();
  for (const some of chunks(changes, LOOKUP)) {
    const singles = await tx
      .selectFrom(tombstones)
      .selectAll()
      .where(({ eb, or, and }) =>
        or(
          some.map(({ userId, business, oid }) =>
            and([eb('user_id', '=', userId), eb('business', '=', business), eb('oid', '=', oid)]),
          ),
        ),
      )
      .execute();
    for (const row of singles) times.set(idOf({ ...row, userId: row.user_id }), row.at);
    const users = [...new Set(some.map(({ userId }) => userId))];
    const clears = await tx.selectFrom('history_clear').selectAll().where('user_id', 'in', users).execute();
    for (const { user_id, business, at } of clears)
      times.set(idOf({ userId: user_id, business, oid: '' }), at);
  }
  return times;
}

interface Id {
  readonly userId: bigint;
  readonly business: string;
  readonly oid: string;
}

const idOf = (id: Id): string => `${id.userId} ${nameOf(id)}`;

const namesCovering = ({ userId, business, oid }: Id): readonly string[] => [
  idOf({ userId, business, oid }),
  idOf({ userId, business, oid: '' }),
  idOf({ userId, business: '', oid: '' }),
];

function byTable(changes: readonly RecordChange[], tables: number): Map<Table, RecordChange[]> {
  const groups = new Map<Table, RecordChange[]>();
  for (const change of changes) {
    const table = tableFor('history_record', shardOfKey(String(change.userId)), tables);
    const group = groups.get(table);
    if (group) group.push(change);
    else groups.set(table, [change]);
  }
  return groups;
}

function* chunks<T>(all: readonly T[], size: number): Generator<readonly T[]> {
  for (let start = 0; start < all.length; start += size) yield all.slice(start, start + size);
}
