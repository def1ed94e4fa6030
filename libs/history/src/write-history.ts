import {
  forUpdate,
  isUniqueViolation,
  shardOfKey,
  tableFor,
  upsert,
  type Sql,
  type Tables,
} from '@storey/sql';
import { type Expression, type ExpressionBuilder, type SqlBool, type Transaction } from 'kysely';
import { nameOf, type HistoryRecord, type Snapshot } from './history-record.js';
import { wins } from './order.js';
import { fromRow, toRow } from './record-row.js';
import { type Deletion } from './stored-history.js';
import { type HistoryDb, type RecordTable } from './tables.js';

/** Rows of one upsert. */
export const MAX_ROWS = 500;
/** Keys of one look-up; SQLite bounds the depth of an OR. */
const LOOKUP = 100;
const TIMEOUT_MS = 2000;
/** Tries of one table, when another writer makes rows that were not there to be locked. */
const MAX_TRIES = 3;

/** The latest known of one record. Without a snapshot the row keeps the one it has. */
export interface RecordChange extends Omit<HistoryRecord, keyof Snapshot> {
  readonly userId: bigint;
  readonly snapshot: Snapshot | undefined;
}

const NO_SNAPSHOT: Snapshot = { title: '', coverUrl: '', url: '', part: '' };

type Table = `history_record_${number}`;
type Tx = Transaction<HistoryDb>;
type KeyColumns = ExpressionBuilder<HistoryDb, Table | `history_tombstone_${number}`>;

/**
 * Writes records in bulk: of what is given and what is stored the newer stands, and nothing deleted comes back,
 * whoever else writes. Idempotent. @param changes at most 500, no two of one record. @returns how many rows were written.
 */
export async function writeRecords(sql: Sql<HistoryDb>, changes: readonly RecordChange[]): Promise<number> {
  let written = 0;
  for (const some of byTable([...changes].sort(byKey), sql.tables).values())
    written += await writeShared(sql, some);
  return written;
}

/** Of one table, unless they were dealt out anew meanwhile. */
async function writeShared(sql: Sql<HistoryDb>, changes: readonly RecordChange[]): Promise<number> {
  const work = async (tx: Tx): Promise<number> => {
    let written = 0;
    for (const [table, some] of byTable(changes, sql.tables)) written += await writeTable(tx, table, some);
    return written;
  };
  for (let tries = 1; ; tries += 1) {
    try {
      return await sql.transaction(work, { timeoutMs: TIMEOUT_MS });
    } catch (error) {
      if (!isUniqueViolation(error) || tries === MAX_TRIES) throw error;
    }
  }
}

/** Notes a deletion and removes what it covers. Idempotent; an older one never lowers a newer one. */
export async function writeDeletion(sql: Sql<HistoryDb>, userId: bigint, deletion: Deletion): Promise<void> {
  const { business, oid } = deletion;
  const at = BigInt(deletion.at);
  const shard = shardOfKey(String(userId));
  await sql.transaction(
    async (tx) => {
      const records = tableFor('history_record', shard, sql.tables);
      const tombstones = tableFor('history_tombstone', shard, sql.tables);
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
    { timeoutMs: TIMEOUT_MS },
  );
}

/** Deletions are looked for last: one that comes later waits for the rows that were written and removes them itself. */
async function writeTable(tx: Tx, table: Table, changes: readonly RecordChange[]): Promise<number> {
  const stored = await storedRows(tx, table, changes);
  const winners = changes.filter((change) => {
    const current = stored.get(idOf(change));
    return !current || wins(change, fromRow(current));
  });
  const [known = [], fresh = []] = [true, false].map((there) =>
    winners.filter((change) => stored.has(idOf(change)) === there),
  );
  if (fresh.length > 0)
    await tx
      .insertInto(table)
      .values(fresh.map((change) => rowOf(change, undefined)))
      .execute();
  const rows = known.map((change) => rowOf(change, stored.get(idOf(change))));
  await upsert(tx, table, rows, { key: ['user_id', 'business', 'oid'], set: [...CHANGING] });
  return winners.length - (await removeDeleted(tx, table, winners));
}

function rowOf(change: RecordChange, current: RecordTable | undefined): RecordTable {
  const { title, coverUrl, url, part } = change.snapshot ?? (current ? fromRow(current) : NO_SNAPSHOT);
  return toRow(change.userId, { ...change, title, coverUrl, url, part });
}

async function removeDeleted(tx: Tx, table: Table, written: readonly RecordChange[]): Promise<number> {
  const deleted = await deletedTimes(tx, table, written);
  const dead = written.filter((change) =>
    namesCovering(change).some((name) => BigInt(change.at) <= (deleted.get(name) ?? 0n)),
  );
  for (const some of chunks(dead, LOOKUP)) await tx.deleteFrom(table).where(oneOf(some)).execute();
  return dead.length;
}

/** Rows are locked in the order of their key, so that two writers never wait for each other in a circle. */
function byKey(a: RecordChange, b: RecordChange): number {
  if (a.userId !== b.userId) return a.userId < b.userId ? -1 : 1;
  return nameOf(a) < nameOf(b) ? -1 : 1;
}

const oneOf =
  (ids: readonly Id[]) =>
  ({ eb, and, or }: KeyColumns): Expression<SqlBool> =>
    or(
      ids.map(({ userId, business, oid }) =>
        and([eb('user_id', '=', userId), eb('business', '=', business), eb('oid', '=', oid)]),
      ),
    );

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
    const rows = await forUpdate(tx.selectFrom(table).selectAll().where(oneOf(some))).execute();
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
    const singles = await forUpdate(tx.selectFrom(tombstones).selectAll().where(oneOf(some))).execute();
    for (const row of singles) times.set(idOf({ ...row, userId: row.user_id }), row.at);
    const users = [...new Set(some.map(({ userId }) => userId))];
    const clears = await forUpdate(
      tx.selectFrom('history_clear').selectAll().where('user_id', 'in', users),
    ).execute();
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

function byTable(changes: readonly RecordChange[], tables: Tables): Map<Table, RecordChange[]> {
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
