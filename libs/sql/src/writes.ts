import {
  sql,
  type Expression,
  type Insertable,
  type Kysely,
  type RawBuilder,
  type SelectQueryBuilder,
} from 'kysely';
import { isMysql } from './dialect-of.js';

type Row = Readonly<Record<string, unknown>>;
type AnyDb = Record<string, Record<string, unknown>>;
type Column<DB, T extends keyof DB> = keyof DB[T] & string;
type Assignments = Readonly<Record<string, Expression<unknown>>>;

/** SQLite takes 32,766 variables a statement, MySQL 65,535. */
const MAX_VARIABLES = 32_766;

/** Names for the two rows that meet: the one that came and the one that is there. */
export interface UpsertColumns<C extends string> {
  incoming(column: C): RawBuilder<unknown>;
  current(column: C): RawBuilder<unknown>;
}

export interface UpsertOptions<C extends string> {
  /** The columns of the unique key that decides whether a row exists. The table should have no other. */
  readonly key: readonly C[];
  /** Columns taken from the incoming row, or expressions by column, e.g. a sum of `current` and `incoming`. */
  readonly set: readonly C[] | ((columns: UpsertColumns<C>) => { readonly [K in C]?: Expression<unknown> });
  /** Leaves an existing row alone unless the incoming value of this column is greater. */
  readonly ifNewer?: C;
}

/**
 * Inserts rows, or changes those whose key exists. All rows name the same columns, no two share a key.
 * One statement for up to 32,766 values, then another; atomic only inside a transaction.
 */
export async function upsert<DB, T extends keyof DB & string>(
  db: Kysely<DB>,
  table: T,
  rows: Insertable<DB[T]> | readonly Insertable<DB[T]>[],
  options: UpsertOptions<Column<DB, T>>,
): Promise<void> {
  const mysql = isMysql(db);
  const { key, ifNewer } = options;
  const columns = columnsOf(mysql, table);
  const assignments = assignmentsOf(options, columns);
  for (const chunk of chunks(rows)) {
    const insert = insertInto(db, table, chunk);
    if (mysql) {
      await insert.onDuplicateKeyUpdate(guarded(assignments, ifNewer, columns)).execute();
      continue;
    }
    const newer = ifNewer && sql<boolean>`${columns.incoming(ifNewer)} > ${columns.current(ifNewer)}`;
    await insert
      .onConflict((conflict) => {
        const update = conflict.columns([...key]).doUpdateSet(assignments);
        return newer ? update.where(newer) : update;
      })
      .execute();
  }
}

/** Inserts the rows whose `key` is not there yet. @returns how many were. */
export async function insertIgnore<DB, T extends keyof DB & string>(
  db: Kysely<DB>,
  table: T,
  rows: Insertable<DB[T]> | readonly Insertable<DB[T]>[],
  key: readonly Column<DB, T>[],
): Promise<number> {
  const mysql = isMysql(db);
  let inserted = 0;
  for (const chunk of chunks(rows)) {
    const insert = insertInto(db, table, chunk);
    const query = mysql
      ? insert.ignore()
      : insert.onConflict((conflict) => conflict.columns([...key]).doNothing());
    const { numInsertedOrUpdatedRows } = await query.executeTakeFirstOrThrow();
    inserted += Number(numInsertedOrUpdatedRows ?? 0n);
  }
  return inserted;
}

/** Locks the rows read until the transaction ends. Where there is one writer (SQLite) the clause is left out. */
export function forUpdate<DB, TB extends keyof DB, O>(
  query: SelectQueryBuilder<DB, TB, O>,
): SelectQueryBuilder<DB, TB, O> {
  return query.forUpdate();
}

/**
 * As `forUpdate`, but passes over rows that another transaction holds, so that several take different ones from one
 * queue and none waits for one that sleeps.
 */
export function forUpdateSkipLocked<DB, TB extends keyof DB, O>(
  query: SelectQueryBuilder<DB, TB, O>,
): SelectQueryBuilder<DB, TB, O> {
  return query.forUpdate().skipLocked();
}

function columnsOf(mysql: boolean, table: string): UpsertColumns<string> {
  return {
    incoming: (column) => (mysql ? sql`values(${sql.ref(column)})` : sql`${sql.ref(`excluded.${column}`)}`),
    current: (column) => sql`${sql.ref(`${table}.${column}`)}`,
  };
}

function assignmentsOf({ set }: UpsertOptions<string>, columns: UpsertColumns<string>): Assignments {
  if (typeof set === 'function') return set(columns) as Assignments;
  return Object.fromEntries(set.map((column) => [column, columns.incoming(column)]));
}

/** MySQL has no WHERE here and assigns from left to right, so the guard itself comes last. */
function guarded(
  assignments: Assignments,
  guard: string | undefined,
  { incoming, current }: UpsertColumns<string>,
): Assignments {
  if (guard === undefined) return assignments;
  const last = Object.entries(assignments).sort(([a], [b]) => Number(a === guard) - Number(b === guard));
  const cases = last.map(([column, value]): [string, Expression<unknown>] => [
    column,
    sql`case when ${incoming(guard)} > ${current(guard)} then ${value} else ${current(column)} end`,
  ]);
  return Object.fromEntries(cases);
}

function* chunks(rows: unknown): Generator<Row[]> {
  const all = (Array.isArray(rows) ? rows : [rows]) as readonly Row[];
  const width = Math.max(1, ...all.map((row) => Object.keys(row).length));
  const size = Math.floor(MAX_VARIABLES / width);
  for (let start = 0; start < all.length; start += size) yield all.slice(start, start + size);
}

const insertInto = (db: unknown, table: string, rows: readonly Row[]) =>
  (db as Kysely<AnyDb>).insertInto(table).values(rows);
