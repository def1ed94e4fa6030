import { type ColumnDefinitionBuilder, type Kysely } from 'kysely';
import { outboxMigrations } from '@storey/outbox';
import { createScheduleTables } from '@storey/schedule';
import { type Migrations } from '@storey/sql';

export const accountMigrations: Migrations = {
  ...outboxMigrations,
  '0001-account': { up: createTables },
  '0006-timers': { up: createScheduleTables },
  '0007-points': { up: createPoints },
  '0008-deletion': { up: createSaga },
};

async function createTables(db: Kysely<unknown>): Promise<void> {
  await createUser(db);
  await createSession(db);
  await db.schema
    .createTable('signing_key')
    .addColumn('kid', 'varchar(64)', (column) => column.primaryKey())
    .addColumn('private_jwk', 'varchar(500)', notNull)
    .addColumn('state', 'varchar(8)', notNull)
    .addColumn('created_at', 'bigint', notNull)
    .addColumn('activated_at', 'bigint', notNull)
    .addColumn('not_after', 'bigint', notNull)
    .execute();
  await db.schema
    .createTable('import_person')
    .addColumn('source_hash', 'varchar(43)', (column) => column.primaryKey())
    .addColumn('user_id', 'bigint', notNull)
    .execute();
}

async function createUser(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('user')
    .addColumn('id', 'bigint', (column) => column.primaryKey())
    .addColumn('username', 'varchar(32)', (column) => column.notNull().unique())
    .addColumn('display_name', 'varchar(500)', notNull)
    .addColumn('avatar_url', 'varchar(2048)', notNull)
    .addColumn('email', 'varchar(254)', notNull)
    .addColumn('password_hash', 'varchar(200)')
    .addColumn('level', 'integer', notNull)
    .addColumn('role_bits', 'integer', notNull)
    .addColumn('points', 'bigint', notNull)
    .addColumn('created_at', 'bigint', notNull)
    .addColumn('roles_changed_at', 'bigint', notNull)
    .addColumn('tokens_not_before', 'bigint', notNull)
    .execute();
  await db.schema.createIndex('user_by_roles').on('user').column('role_bits').execute();
  await db.schema.createIndex('user_by_not_before').on('user').column('tokens_not_before').execute();
}

async function createSession(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('session')
    .addColumn('id', 'bigint', (column) => column.primaryKey())
    .addColumn('user_id', 'bigint', notNull)
    .addColumn('family_hash', 'varchar(43)', notNull)
    .addColumn('refresh_hash', 'varchar(43)', notNull)
    .addColumn('generation', 'integer', notNull)
    .addColumn('created_at', 'bigint', notNull)
    .addColumn('rotated_at', 'bigint', notNull)
    .addColumn('expires_at', 'bigint', notNull)
    .addColumn('revoked_at', 'bigint')
    .execute();
  await db.schema.createIndex('session_by_user').on('session').columns(['user_id', 'id']).execute();
  await db.schema.createIndex('session_by_revocation').on('session').columns(['revoked_at', 'id']).execute();
  await db.schema.createIndex('session_by_expiry').on('session').column('expires_at').execute();
}

async function createPoints(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('points_entry')
    .addColumn('user_id', 'bigint', notNull)
    .addColumn('kind', 'varchar(8)', notNull)
    .addColumn('ref', 'varchar(20)', notNull)
    .addColumn('amount', 'bigint', notNull)
    .addColumn('at', 'bigint', notNull)
    .addPrimaryKeyConstraint('points_entry_key', ['user_id', 'kind', 'ref'])
    .execute();
  await db.schema
    .createTable('tip')
    .addColumn('id', 'bigint', (column) => column.primaryKey())
    .addColumn('from_user', 'bigint', notNull)
    .addColumn('to_user', 'bigint', notNull)
    .addColumn('comment_id', 'bigint', notNull)
    .addColumn('points', 'integer', notNull)
    .addColumn('state', 'varchar(10)', notNull)
    .addColumn('request_key', 'varchar(64)', notNull)
    .addColumn('created_at', 'bigint', notNull)
    .addColumn('due_at', 'bigint')
    .execute();
  const byKey = db.schema.createIndex('tip_by_key').on('tip').columns(['from_user', 'request_key']);
  await byKey.unique().execute();
  await db.schema.createIndex('tip_by_due').on('tip').column('due_at').execute();
}

async function createSaga(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('saga')
    .addColumn('id', 'bigint', (column) => column.primaryKey())
    .addColumn('user_id', 'bigint', notNull)
    .addColumn('state', 'varchar(10)', notNull)
    .addColumn('step', 'integer', notNull)
    .addColumn('note', 'varchar(500)', notNull)
    .addColumn('created_at', 'bigint', notNull)
    .addColumn('due_at', 'bigint')
    .execute();
  await db.schema.createIndex('saga_by_due').on('saga').column('due_at').execute();
  await db.schema
    .alterTable('user')
    .addColumn('deletion_id', 'bigint', (column) => column.notNull().defaultTo(0))
    .execute();
}

function notNull(column: ColumnDefinitionBuilder): ColumnDefinitionBuilder {
  return column.notNull();
}
