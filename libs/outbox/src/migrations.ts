import { SqliteAdapter, sql, type ColumnDefinitionBuilder, type Kysely } from 'kysely';
import { type Migration } from 'kysely/migration';
import { type Migrations } from '@storey/sql';
import { type OutboxTables } from './tables.js';

export const BUCKETS = 16;

/** For a domain that had tables before it had an outbox, under a name that sorts behind what has run already. */
export const outboxMigration: Migration = { up: (db) => createTables(db as Kysely<OutboxTables>) };

/** To be merged into the migrations of any other domain; the name sorts before theirs. */
export const outboxMigrations: Migrations = { '0000-outbox': outboxMigration };

async function createTables(db: Kysely<OutboxTables>): Promise<void> {
  await createOutbox(db);
  await createBuckets(db);
  await createInbox(db);
  await createWorkerLease(db);
}

async function createOutbox(db: Kysely<OutboxTables>): Promise<void> {
  // SQLite numbers rows only in a column of just this type, which has 64 bits there.
  const idType = db.getExecutor().adapter instanceof SqliteAdapter ? 'integer' : 'bigint';
  await db.schema
    .createTable('outbox')
    .addColumn('id', idType, (column) => column.primaryKey().autoIncrement())
    .addColumn('bucket', 'integer', notNull)
    .addColumn('topic', 'varchar(120)', notNull)
    .addColumn('key', 'varchar(255)', notNull)
    .addColumn('value', sql`mediumblob`, notNull)
    .addColumn('headers', 'text', notNull)
    .addColumn('created_at', 'bigint', notNull)
    .addColumn('attempts', 'integer', notNull)
    .addColumn('next_at', 'bigint', notNull)
    .addColumn('state', 'varchar(8)', notNull)
    .addColumn('sent_at', 'bigint')
    .execute();
  await db.schema.createIndex('outbox_by_state').on('outbox').columns(['state', 'id']).execute();
  await db.schema.createIndex('outbox_by_due').on('outbox').columns(['state', 'next_at']).execute();
  await db.schema.createIndex('outbox_by_sent').on('outbox').columns(['state', 'sent_at']).execute();
}

async function createBuckets(db: Kysely<OutboxTables>): Promise<void> {
  await db.schema
    .createTable('outbox_bucket')
    .addColumn('bucket', 'integer', (column) => column.primaryKey())
    .addColumn('owner', 'varchar(64)', notNull)
    .addColumn('epoch', 'integer', notNull)
    .addColumn('lease_until', 'bigint', notNull)
    .execute();
  await db.schema
    .createTable('outbox_relay')
    .addColumn('owner', 'varchar(64)', (column) => column.primaryKey())
    .addColumn('alive_until', 'bigint', notNull)
    .execute();
  const free = Array.from({ length: BUCKETS }, (_, bucket) => ({
    bucket,
    owner: '',
    epoch: 0,
    lease_until: 0,
  }));
  await db.insertInto('outbox_bucket').values(free).execute();
}

async function createInbox(db: Kysely<OutboxTables>): Promise<void> {
  await db.schema
    .createTable('message_apply')
    .addColumn('consumer', 'varchar(64)', notNull)
    .addColumn('message_id', 'varchar(96)', notNull)
    .addColumn('digest', 'varchar(64)', notNull)
    .addColumn('applied_at', 'bigint', notNull)
    .addPrimaryKeyConstraint('message_apply_key', ['consumer', 'message_id'])
    .execute();
  await db.schema.createIndex('message_apply_by_age').on('message_apply').column('applied_at').execute();
  await db.schema
    .createTable('idempotency')
    .addColumn('scope', 'varchar(64)', notNull)
    .addColumn('key', 'varchar(64)', notNull)
    .addColumn('fingerprint', 'varchar(64)', notNull)
    .addColumn('response', sql`mediumblob`, notNull)
    .addColumn('created_at', 'bigint', notNull)
    .addPrimaryKeyConstraint('idempotency_key', ['scope', 'key'])
    .execute();
  await db.schema.createIndex('idempotency_by_age').on('idempotency').column('created_at').execute();
}

async function createWorkerLease(db: Kysely<OutboxTables>): Promise<void> {
  await db.schema
    .createTable('worker_lease')
    .addColumn('worker', 'integer', (column) => column.primaryKey())
    .addColumn('owner', 'varchar(64)', notNull)
    .addColumn('epoch', 'integer', notNull)
    .addColumn('lease_until', 'bigint', notNull)
    .addColumn('marks', 'varchar(96)', notNull)
    .execute();
}

function notNull(column: ColumnDefinitionBuilder): ColumnDefinitionBuilder {
  return column.notNull();
}
