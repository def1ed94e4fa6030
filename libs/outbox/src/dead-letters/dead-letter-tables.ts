import { SqliteAdapter, sql, type ColumnDefinitionBuilder, type ColumnType, type Kysely } from 'kysely';
import { type Migration } from 'kysely/migration';
import { type Sql } from '@storey/sql';
import { type OutboxTables } from '../tables.js';

export type LetterState = 'open' | 'replayed' | 'discarded';

/** A message that a consumer gave up, and what somebody decided about it. */
export interface DeadLetterTable {
  /** Numbered by the database. */
  id: ColumnType<number | bigint, never, never>;
  /** Where it lay when it was given up, and by whom. One row for each, however often the letter is delivered. */
  topic: string;
  partition: number;
  offset: bigint;
  consumer: string;
  key: string;
  value: Uint8Array;
  /** JSON; those that it had before it died. */
  headers: string;
  cause: string;
  attempts: number;
  /** Epoch ms. */
  died_at: bigint;
  state: LetterState;
  /** '' while it is open. */
  decided_by: string;
}

/** Of a domain whose letters are kept. */
export interface DeadLetterTables extends OutboxTables {
  dead_letter: DeadLetterTable;
}

/** To be put among the migrations of such a domain, under a name that sorts behind what has run already. */
export const deadLetterMigration: Migration = { up: (db) => create(db as Kysely<unknown>) };

async function create(db: Kysely<unknown>): Promise<void> {
  // SQLite numbers rows only in a column of just this type, which has 64 bits there.
  const idType = db.getExecutor().adapter instanceof SqliteAdapter ? 'integer' : 'bigint';
  await db.schema
    .createTable('dead_letter')
    .addColumn('id', idType, (column) => column.primaryKey().autoIncrement())
    .addColumn('topic', 'varchar(120)', notNull)
    .addColumn('partition', 'integer', notNull)
    .addColumn('offset', 'bigint', notNull)
    .addColumn('consumer', 'varchar(64)', notNull)
    .addColumn('key', 'varchar(255)', notNull)
    .addColumn('value', sql`mediumblob`, notNull)
    .addColumn('headers', 'text', notNull)
    .addColumn('cause', 'text', notNull)
    .addColumn('attempts', 'integer', notNull)
    .addColumn('died_at', 'bigint', notNull)
    .addColumn('state', 'varchar(9)', notNull)
    .addColumn('decided_by', 'varchar(32)', notNull)
    .addUniqueConstraint('dead_letter_place', ['topic', 'partition', 'offset', 'consumer'])
    .execute();
  await db.schema.createIndex('dead_letter_by_state').on('dead_letter').columns(['state', 'id']).execute();
  await db.schema.createIndex('dead_letter_by_age').on('dead_letter').column('died_at').execute();
}

const notNull = (column: ColumnDefinitionBuilder): ColumnDefinitionBuilder => column.notNull();

/** Kysely is invariant in its tables; a database that has more than these is used as one that has these. */
export const letterSql = <DB extends DeadLetterTables>(sql: Sql<DB>): Sql<DeadLetterTables> =>
  sql as unknown as Sql<DeadLetterTables>;
