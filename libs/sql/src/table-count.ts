import { sql, type Kysely } from 'kysely';
import { LOGICAL_SHARDS } from './shards.js';
import { misconfigured } from './misconfigured.js';

/**
 * The number of physical tables this database was made with; when it is new, records `asked` or `fallback`.
 * It cannot change afterwards, for every row would sit in the wrong table.
 */
export async function settleTableCount<DB>(
  db: Kysely<DB>,
  asked: number | undefined,
  fallback: number,
): Promise<number> {
  if (asked !== undefined && !divides(asked)) {
    throw misconfigured(`The number of tables must be 1, 2, 4, 8, 16, 32 or 64, not ${asked}`);
  }
  await sql`create table if not exists storey_meta (name varchar(64) primary key, value varchar(255) not null)`.execute(
    db,
  );
  return (await recordedTableCount(db, asked)) ?? record(db, asked ?? fallback);
}

/** As it was made with. @returns undefined when it is new. @throws AppError `SQL_MISCONFIGURED` unless it is as `asked`. */
export async function recordedTableCount<DB>(
  db: Kysely<DB>,
  asked: number | undefined,
): Promise<number | undefined> {
  const query = sql<{ value: string }>`select value from storey_meta where name = 'tables'`;
  const [row] = (await query.execute(db)).rows;
  const recorded = row && Number(row.value);
  if (recorded === undefined || asked === undefined || asked === recorded) return recorded;
  throw misconfigured(
    `This database was made with ${recorded} tables a shard set and cannot open with ${asked}`,
  );
}

async function record<DB>(db: Kysely<DB>, tables: number): Promise<number> {
  await sql`insert into storey_meta (name, value) values ('tables', ${String(tables)})`.execute(db);
  return tables;
}

const divides = (tables: number): boolean =>
  Number.isInteger(tables) && tables >= 1 && LOGICAL_SHARDS % tables === 0;
