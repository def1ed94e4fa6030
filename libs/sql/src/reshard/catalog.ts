import { sql, type Kysely, type RawBuilder } from 'kysely';
import { isMysql } from '../dialect-of.js';
import { type AnyDb } from './sharded-table.js';

/** What the database says of its own tables. Each dialect keeps it elsewhere. */
type Db = Kysely<AnyDb>;

export const tableNames = <DB>(db: Kysely<DB>): Promise<readonly string[]> =>
  names(
    db,
    isMysql(db)
      ? sql`select table_name as name from information_schema.tables where table_schema = database()`
      : sql`select name from sqlite_master where type = 'table'`,
  );

export const triggerNames = <DB>(db: Kysely<DB>): Promise<readonly string[]> =>
  names(
    db,
    isMysql(db)
      ? sql`select trigger_name as name from information_schema.triggers where trigger_schema = database()`
      : sql`select name from sqlite_master where type = 'trigger'`,
  );

/** In their order. */
export const columnNames = (db: Db, table: string): Promise<readonly string[]> =>
  names(
    db,
    isMysql(db)
      ? sql`select column_name as name from information_schema.columns
          where table_schema = database() and table_name = ${table} order by ordinal_position`
      : sql`select name from pragma_table_info(${table}) order by cid`,
  );

/** Makes an empty table as the other is, with its indexes, unless it is there; names that have its number get the new one. */
export async function createLike(db: Db, from: string, to: string): Promise<void> {
  if (isMysql(db)) await createLikeOnMysql(db, from, to);
  else await createLikeOnSqlite(db, from, to);
}

async function createLikeOnMysql(db: Db, from: string, to: string): Promise<void> {
  await sql`create table if not exists ${sql.table(to)} like ${sql.table(from)}`.execute(db);
  const indexes = await names(
    db,
    sql`select distinct index_name as name from information_schema.statistics
      where table_schema = database() and table_name = ${to} and index_name <> 'PRIMARY'`,
  );
  for (const index of indexes) {
    const renamed = renumbered(index, from, to);
    if (renamed === index) continue;
    await sql`alter table ${sql.table(to)} rename index ${sql.ref(index)} to ${sql.ref(renamed)}`.execute(db);
  }
}

async function createLikeOnSqlite(db: Db, from: string, to: string): Promise<void> {
  if ((await tableNames(db)).includes(to)) return;
  const { rows } = await sql<{ text: string }>`select sql as text from sqlite_master
    where tbl_name = ${from} and type in ('table', 'index') and sql is not null order by type desc`.execute(
    db,
  );
  for (const { text } of rows) {
    const changed = text.replaceAll(
      /"([^"]+)"/g,
      (_quoted, name: string) => `"${renumbered(name, from, to)}"`,
    );
    await sql.raw(changed).execute(db);
  }
}

/** `note_2_by_text` and `note_by_text_2` of `note_2` become those of `note_66`. */
function renumbered(name: string, from: string, to: string): string {
  const [, base = '', n = ''] = NUMBERED.exec(from) ?? [];
  if (!name.startsWith(base)) return name;
  return name.replace(new RegExp(`_${n}(?=_|$)`), `_${NUMBERED.exec(to)?.[2]}`);
}

/** The base and the number of a physical table. */
export const NUMBERED = /^(.+)_(\d+)$/;

async function names<DB>(db: Kysely<DB>, query: RawBuilder<unknown>): Promise<readonly string[]> {
  const { rows } = await (query as RawBuilder<{ name: string }>).execute(db);
  return rows.map(({ name }) => name);
}
