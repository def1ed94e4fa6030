import { sql, type ColumnDefinitionBuilder, type Kysely } from 'kysely';

/** To be named among the migrations of a domain. May run again after it died half-way. */
export async function createScheduleTables(db: Kysely<unknown>): Promise<void> {
  await createLocks(db);
  await createTasks(db);
  await createTimers(db);
}

async function createLocks({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .createTable('named_lock')
    .addColumn('name', 'varchar(110)', (column) => column.primaryKey())
    .addColumn('owner', 'varchar(64)', notNull)
    .addColumn('fence', 'bigint', notNull)
    .addColumn('lease_until', 'bigint', notNull)
    .execute();
}

async function createTasks({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .createTable('schedule_task')
    .addColumn('name', 'varchar(100)', (column) => column.primaryKey())
    .addColumn('plan', 'varchar(100)', notNull)
    .addColumn('next_at', 'bigint', notNull)
    .addColumn('last_started_at', 'bigint', notNull)
    .addColumn('last_ended_at', 'bigint', notNull)
    .addColumn('last_ms', 'integer', notNull)
    .addColumn('last_outcome', 'varchar(12)', notNull)
    .addColumn('last_error', 'varchar(500)', notNull)
    .addColumn('last_runner', 'varchar(64)', notNull)
    .addColumn('runs', 'bigint', notNull)
    .addColumn('failures', 'bigint', notNull)
    .execute();
}

async function createTimers({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .createTable('timer')
    .addColumn('id', 'varchar(96)', (column) => column.primaryKey())
    .addColumn('kind', 'varchar(64)', notNull)
    .addColumn('due_at', 'bigint', notNull)
    .addColumn('next_at', 'bigint', notNull)
    .addColumn('payload', sql`mediumblob`, notNull)
    .addColumn('owner', 'varchar(64)', notNull)
    .addColumn('epoch', 'bigint', notNull)
    .addColumn('attempts', 'integer', notNull)
    .addColumn('last_error', 'varchar(500)', notNull)
    .execute();
  await schema.createIndex('timer_by_next').on('timer').columns(['kind', 'next_at', 'id']).execute();
}

function notNull(column: ColumnDefinitionBuilder): ColumnDefinitionBuilder {
  return column.notNull();
}
