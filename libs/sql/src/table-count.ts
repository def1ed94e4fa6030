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
  const { rows } = await sql<{ value: string }>`select value from storey_meta where name = 'tables'`.execute(
    db,
  );
  const recorded = rows[0] && Number(rows[0].value);
  if (recorded === undefined) return record(db, asked ?? fallback);
  if (asked === undefined || asked === recorded) return recorded;
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
