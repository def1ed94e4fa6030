import { Kysely, sql } from 'kysely';
import { firstMissing, migrate } from '../migrate.js';
import { misconfigured } from '../misconfigured.js';
import { type Migrations, type OpenSqlOptions } from '../open-sql-options.js';
import { readTables, settleTables } from '../layout.js';
import { type Tables } from '../shards.js';
import { errnoOf } from './mysql-error.js';
import { MysqlDialect } from './mysql-dialect.js';
import { type MysqlConnection } from './mysql-connection.js';
import { ResumingConnection } from './resuming-connection.js';
import { COLLATION } from './sessions.js';

const DEFAULT_TABLES = 4;
/** Another process that migrates is waited for, in s. */
const LOCK_WAIT_S = 300;
const NO_SUCH_TABLE = 1146;

type Db = Kysely<{ storey_meta: { name: string; value: string } }>;

export interface Migrating {
  readonly migrations: OpenSqlOptions['migrations'];
  /** Of a database that is new. */
  readonly tables: number | undefined;
}

/**
 * Brings the database up to date, one process at a time. MySQL commits each statement that changes a table, so a
 * migration that dies is half done: it is noted before it begins, and run again passes over what is there.
 * @returns the physical tables.
 */
export async function migrateMysql(
  connection: MysqlConnection,
  { migrations, tables }: Migrating,
): Promise<Tables> {
  const resuming = new ResumingConnection(connection);
  const db: Db = new Kysely({ dialect: new MysqlDialect(resuming) });
  await takeLock(db);
  try {
    await ensureCollation(connection, db);
    const settled = await settleTables(db, tables, DEFAULT_TABLES);
    await migrate(db, noted(db, resuming, of(migrations, settled)));
    return settled;
  } finally {
    if (connection.usable) await sql`select release_lock(${LOCK})`.execute(db);
  }
}

/** @returns the physical tables. @throws AppError `SQL_MISCONFIGURED` when a migration has not run. */
export async function requireMigrated(
  connection: MysqlConnection,
  { migrations, tables }: Migrating,
): Promise<Tables> {
  const db: Db = new Kysely({ dialect: new MysqlDialect(connection) });
  const recorded = await readTables(db).catch((error: unknown) => {
    if (errnoOf(error) === NO_SUCH_TABLE) return undefined;
    throw error;
  });
  const wanted = of(migrations, recorded ?? { first: 0, count: tables ?? DEFAULT_TABLES });
  const missing = recorded === undefined ? Object.keys(wanted).sort()[0] : await firstMissing(db, wanted);
  if (recorded !== undefined && missing === undefined) return recorded;
  throw misconfigured(`Migration ${missing ?? 'of the tables'} has not run here: run \`npm run migrate\``);
}

const of = (migrations: OpenSqlOptions['migrations'], tables: Tables): Migrations =>
  typeof migrations === 'function' ? migrations(tables) : migrations;

const LOCK = sql`concat('storey-', left(sha2(database(), 256), 40))`;

async function takeLock(db: Db): Promise<void> {
  const { rows } = await sql<{
    taken: bigint | null;
  }>`select get_lock(${LOCK}, ${sql.lit(LOCK_WAIT_S)}) as taken`.execute(db);
  if (rows[0]?.taken !== 1n) throw misconfigured('Another process has been migrating this database for long');
}

/** Only an empty database is changed: existing columns keep the collation they were made with. */
async function ensureCollation(connection: MysqlConnection, db: Db): Promise<void> {
  const { rows } = await sql<{ collation: string; name: string; tables: bigint }>`select
    @@collation_database as collation, database() as name, (select count(*) from information_schema.tables
    where table_schema = database()) as tables`.execute(db);
  const [{ collation, name, tables } = { collation: '', name: '', tables: 0n }] = rows;
  if (collation === COLLATION) return;
  if (tables > 0n) throw wrongCollation(collation);
  await connection.command(`alter database \`${name}\` character set utf8mb4 collate ${COLLATION}`);
}

const wrongCollation = (collation: string): Error =>
  misconfigured(
    `The database has the collation ${collation}, in which different keys may be equal; make it anew with ${COLLATION}`,
  );

function noted(db: Db, connection: ResumingConnection, migrations: Migrations): Migrations {
  const entries = Object.entries(migrations).map(([name, migration]) => {
    const up = async (inner: Kysely<unknown>): Promise<void> => {
      connection.resuming = (await begun(db)) === name;
      try {
        await sql`insert into storey_meta (name, value) values ('migrating', ${name})
          on duplicate key update value = ${name}`.execute(db);
        await migration.up(inner);
      } finally {
        connection.resuming = false;
      }
    };
    return [name, { ...migration, up }] as const;
  });
  return Object.fromEntries(entries);
}

async function begun(db: Db): Promise<string | undefined> {
  const row = await db
    .selectFrom('storey_meta')
    .select('value')
    .where('name', '=', 'migrating')
    .executeTakeFirst();
  return row?.value;
}
