import { sql, type Kysely } from 'kysely';
import { misconfigured } from './misconfigured.js';
import { LOGICAL_SHARDS, type Tables } from './shards.js';

/** One row: the physical tables that are read and written now. `npm run reshard` puts another table in its place. */
export const LAYOUT = 'storey_layout';

/** The one that is to come, while it is being filled. */
export const NEXT_LAYOUT = 'storey_layout_next';

interface LayoutRow {
  readonly first_table: number;
  readonly table_count: number;
}

/** The physical tables of this database; when it is new, records `asked` or `fallback`. */
export async function settleTables<DB>(
  db: Kysely<DB>,
  asked: number | undefined,
  fallback: number,
): Promise<Tables> {
  if (asked !== undefined) assertTableCount(asked);
  await sql`create table if not exists storey_meta (name varchar(64) primary key, value varchar(255) not null)`.execute(
    db,
  );
  await createLayout(db, LAYOUT);
  const recorded = await readTables(db, LAYOUT);
  if (recorded) return recorded;
  const tables = { first: 0, count: (await formerCount(db)) ?? asked ?? fallback };
  await recordTables(db, LAYOUT, tables);
  return tables;
}

/** @throws AppError `SQL_MISCONFIGURED` unless 64 logical shards can be dealt out evenly. */
export function assertTableCount(count: number): void {
  if (Number.isInteger(count) && count >= 1 && LOGICAL_SHARDS % count === 0) return;
  throw misconfigured(`The number of tables must be 1, 2, 4, 8, 16, 32 or 64, not ${count}`);
}

export async function createLayout<DB>(db: Kysely<DB>, name: string): Promise<void> {
  await sql`create table if not exists ${sql.table(name)}
    (first_table integer not null primary key, table_count integer not null)`.execute(db);
}

/** @returns undefined when nothing was recorded. */
export async function readTables<DB>(db: Kysely<DB>, name: string = LAYOUT): Promise<Tables | undefined> {
  const { rows } = await sql<LayoutRow>`select first_table, table_count from ${sql.table(name)}`.execute(db);
  const [row] = rows;
  return row && { first: row.first_table, count: row.table_count };
}

export async function recordTables<DB>(
  db: Kysely<DB>,
  name: string,
  { first, count }: Tables,
): Promise<void> {
  await sql`insert into ${sql.table(name)} (first_table, table_count) values (${first}, ${count})`.execute(
    db,
  );
}

/** Where the number stood before tables could be dealt out anew. */
async function formerCount<DB>(db: Kysely<DB>): Promise<number | undefined> {
  const query = sql<{ value: string }>`select value from storey_meta where name = 'tables'`;
  const [row] = (await query.execute(db)).rows;
  return row && Number(row.value);
}
