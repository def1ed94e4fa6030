import { type ColumnDefinitionBuilder, type Kysely } from 'kysely';
import { deadLetterMigration, outboxMigration } from '@storey/outbox';
import { createScheduleTables } from '@storey/schedule';
import { forEachTable, type Migrations, type Tables } from '@storey/sql';

export const historyMigrations = (tables: Tables): Migrations => ({
  '0001-history': {
    up: async (db) => {
      await forEachTable(tables, (n) => createRecords(db, n));
      await createSmallTables(db);
    },
  },
  '0006-timers': { up: createScheduleTables },
  '0007-outbox': outboxMigration,
  '0008-dead-letters': deadLetterMigration,
});

async function createRecords(db: Kysely<unknown>, n: number): Promise<void> {
  await db.schema
    .createTable(`history_record_${n}`)
    .addColumn('user_id', 'bigint', notNull)
    .addColumn('business', 'varchar(32)', notNull)
    .addColumn('oid', 'varchar(64)', notNull)
    .addColumn('progress', 'integer', notNull)
    .addColumn('duration', 'integer', notNull)
    .addColumn('at', 'bigint', notNull)
    .addColumn('seq', 'bigint', notNull)
    .addColumn('device', 'varchar(32)', notNull)
    .addColumn('title', 'varchar(300)', notNull)
    .addColumn('cover_url', 'varchar(2048)', notNull)
    .addColumn('url', 'varchar(2048)', notNull)
    .addColumn('part', 'varchar(300)', notNull)
    .addColumn('finished', 'integer', notNull)
    .addColumn('hidden', 'integer', notNull)
    .addPrimaryKeyConstraint(`history_record_key_${n}`, ['user_id', 'business', 'oid'])
    .execute();
  await db.schema
    .createIndex(`history_record_by_time_${n}`)
    .on(`history_record_${n}`)
    .columns(['user_id', 'at'])
    .execute();
  await db.schema
    .createTable(`history_tombstone_${n}`)
    .addColumn('user_id', 'bigint', notNull)
    .addColumn('business', 'varchar(32)', notNull)
    .addColumn('oid', 'varchar(64)', notNull)
    .addColumn('at', 'bigint', notNull)
    .addPrimaryKeyConstraint(`history_tombstone_key_${n}`, ['user_id', 'business', 'oid'])
    .execute();
  await db.schema
    .createIndex(`history_tombstone_by_time_${n}`)
    .on(`history_tombstone_${n}`)
    .columns(['user_id', 'at'])
    .execute();
}

async function createSmallTables(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('history_clear')
    .addColumn('user_id', 'bigint', notNull)
    .addColumn('business', 'varchar(32)', notNull)
    .addColumn('at', 'bigint', notNull)
    .addPrimaryKeyConstraint('history_clear_key', ['user_id', 'business'])
    .execute();
  await db.schema
    .createTable('history_setting')
    .addColumn('user_id', 'bigint', (column) => column.primaryKey())
    .addColumn('paused', 'integer', notNull)
    .addColumn('retention_days', 'integer', notNull)
    .execute();
}

function notNull(column: ColumnDefinitionBuilder): ColumnDefinitionBuilder {
  return column.notNull();
}
