import { sql, type ColumnDefinitionBuilder, type Kysely } from 'kysely';
import { deadLetterMigration, outboxMigrations } from '@storey/outbox';
import { createScheduleTables } from '@storey/schedule';
import { forEachTable, type Migrations, type Tables } from '@storey/sql';
import { addModeration } from './migrations/moderation.js';
import { reactionsByUser } from './migrations/reactions-by-user.js';
import { addTips } from './migrations/tips.js';
import { hotScoreSql } from './rules/hot-score.js';

/** What a comment may say does not fit into MySQL's `text`, which ends a byte before 64 KiB. */
const LONG_TEXT = sql`mediumtext`;

/** @param tables the physical tables of each sharded one. */
export const commentMigrations = (tables: Tables): Migrations => ({
  ...outboxMigrations,
  '0001-comment': {
    up: async (db) => {
      await forEachTable(tables, (n) => createSharded(db, n));
      await createImportItem(db);
    },
  },
  '0002-hot-score': {
    up: (db) => forEachTable(tables, (n) => recomputeScores(db, n)),
  },
  '0003-parked': {
    up: (db) => forEachTable(tables, (n) => createParked(db, n)),
  },
  '0006-timers': { up: createScheduleTables },
  '0007-tips': { up: (db) => forEachTable(tables, (n) => addTips(db, n)) },
  '0008-by-author': { up: (db) => forEachTable(tables, (n) => indexAuthors(db, n)) },
  '0008-dead-letters': deadLetterMigration,
  '0009-moderation': { up: (db) => addModeration(db, tables) },
  '0010-reactions-by-user': { up: (db) => forEachTable(tables, (n) => reactionsByUser(db, n)) },
});

/** For whoever looks for all that one user said: a rare walk over the tables, one after the other. */
async function indexAuthors({ schema }: Kysely<unknown>, n: number): Promise<void> {
  const table = `comment_index_${n}`;
  await schema.createIndex(`${table}_by_author`).on(table).columns(['author_id', 'state']).execute();
}

async function createSharded(db: Kysely<unknown>, n: number): Promise<void> {
  await createSubject(db, n);
  await createIndex(db, n);
  await createContent(db, n);
  await createCount(db, n);
  await createReaction(db, n);
  await createNotification(db, n);
}

async function createSubject({ schema }: Kysely<unknown>, n: number): Promise<void> {
  const table = `comment_subject_${n}`;
  await schema
    .createTable(table)
    .addColumn('id', 'bigint', (column) => column.primaryKey())
    .addColumn('type', 'varchar(32)', notNull)
    .addColumn('oid', 'varchar(64)', notNull)
    .addColumn('state', 'integer', notNull)
    .addColumn('policy_mode', 'varchar(20)', notNull)
    .addColumn('min_level', 'integer', notNull)
    .addColumn('owner_id', 'bigint', notNull)
    .addColumn('title', 'varchar(300)', notNull)
    .addColumn('url', 'varchar(2048)', notNull)
    .addColumn('roots', 'bigint', notNull)
    .addColumn('all_', 'bigint', notNull)
    .addColumn('root_floor', 'bigint', notNull)
    .addColumn('version', 'bigint', notNull)
    .addColumn('created_at', 'bigint', notNull)
    .execute();
  await schema.createIndex(`${table}_by_key`).on(table).columns(['type', 'oid']).unique().execute();
}

async function createIndex({ schema }: Kysely<unknown>, n: number): Promise<void> {
  const table = `comment_index_${n}`;
  await schema
    .createTable(table)
    .addColumn('id', 'bigint', (column) => column.primaryKey())
    .addColumn('subject_id', 'bigint', notNull)
    .addColumn('root_id', 'bigint', notNull)
    .addColumn('parent_id', 'bigint', notNull)
    .addColumn('floor', 'bigint')
    .addColumn('state', 'integer', notNull)
    .addColumn('shown', 'integer', notNull)
    .addColumn('author_id', 'bigint', notNull)
    .addColumn('reply_to_user_id', 'bigint', notNull)
    .addColumn('pinned', 'integer', notNull)
    .addColumn('created_at', 'bigint', notNull)
    .addColumn('edited_at', 'bigint', notNull)
    .addColumn('version', 'bigint', notNull)
    .addColumn('reason_code', 'varchar(64)', notNull)
    .execute();
  const place = ['subject_id', 'root_id', 'shown', 'floor'];
  await schema.createIndex(`${table}_by_floor`).on(table).columns(place).execute();
}

async function createContent({ schema }: Kysely<unknown>, n: number): Promise<void> {
  await schema
    .createTable(`comment_content_${n}`)
    .addColumn('id', 'bigint', (column) => column.primaryKey())
    .addColumn('text', LONG_TEXT, notNull)
    .addColumn('html', LONG_TEXT, notNull)
    .addColumn('mentions', LONG_TEXT, notNull)
    .execute();
  const edits = `comment_edit_${n}`;
  await schema
    .createTable(edits)
    .addColumn('id', 'bigint', (column) => column.primaryKey())
    .addColumn('comment_id', 'bigint', notNull)
    .addColumn('text', LONG_TEXT, notNull)
    .addColumn('at', 'bigint', notNull)
    .execute();
  await schema.createIndex(`${edits}_by_comment`).on(edits).columns(['comment_id', 'id']).execute();
}

async function createCount({ schema }: Kysely<unknown>, n: number): Promise<void> {
  const table = `comment_count_${n}`;
  await schema
    .createTable(table)
    .addColumn('id', 'bigint', (column) => column.primaryKey())
    .addColumn('subject_id', 'bigint', notNull)
    .addColumn('root_id', 'bigint', notNull)
    .addColumn('likes', 'bigint', notNull)
    .addColumn('dislikes', 'bigint', notNull)
    .addColumn('replies', 'bigint', notNull)
    .addColumn('reply_floor', 'bigint', notNull)
    .addColumn('score', 'double precision', notNull)
    .execute();
  const rank = ['subject_id', 'root_id', 'score', 'id'];
  await schema.createIndex(`${table}_by_score`).on(table).columns(rank).execute();
}

async function createReaction({ schema }: Kysely<unknown>, n: number): Promise<void> {
  await schema
    .createTable(`comment_reaction_${n}`)
    .addColumn('comment_id', 'bigint', notNull)
    .addColumn('user_id', 'bigint', notNull)
    .addColumn('value', 'integer', notNull)
    .addColumn('version', 'bigint', notNull)
    .addPrimaryKeyConstraint(`comment_reaction_${n}_key`, ['comment_id', 'user_id'])
    .execute();
}

async function createNotification({ schema }: Kysely<unknown>, n: number): Promise<void> {
  const table = `notification_${n}`;
  await schema
    .createTable(table)
    .addColumn('id', 'bigint', notNull)
    .addColumn('user_id', 'bigint', notNull)
    .addColumn('kind', 'varchar(16)', notNull)
    .addColumn('comment_id', 'bigint', notNull)
    .addColumn('actor_id', 'bigint', notNull)
    .addColumn('at', 'bigint', notNull)
    .addColumn('read', 'integer', notNull)
    .addPrimaryKeyConstraint(`${table}_key`, ['user_id', 'comment_id', 'kind'])
    .execute();
  await schema.createIndex(`${table}_by_user`).on(table).columns(['user_id', 'id']).execute();
  await schema.createIndex(`${table}_by_unread`).on(table).columns(['user_id', 'read', 'id']).execute();
}

async function createImportItem({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .createTable('import_item')
    .addColumn('source', 'varchar(255)', notNull)
    .addColumn('source_key', 'varchar(255)', notNull)
    .addColumn('comment_id', 'bigint', notNull)
    .addPrimaryKeyConstraint('import_item_key', ['source', 'source_key'])
    .execute();
}

/** Scores did not fall with age: those that were written then stand with the others again. */
async function recomputeScores(db: Kysely<unknown>, n: number): Promise<void> {
  const count = sql.table(`comment_count_${n}`);
  const index = sql.table(`comment_index_${n}`);
  const score = hotScoreSql({
    likes: sql.ref('likes'),
    dislikes: sql.ref('dislikes'),
    createdAt: sql`(select i.created_at from ${index} i where i.id = ${count}.id)`,
  });
  await sql`update ${count} set score = ${score} where score > 0`.execute(db);
}

async function createParked({ schema }: Kysely<unknown>, n: number): Promise<void> {
  const table = `comment_parked_${n}`;
  await schema
    .createTable(table)
    .addColumn('id', 'bigint', (column) => column.primaryKey())
    .addColumn('comment_id', 'bigint', notNull)
    .addColumn('key', 'varchar(255)', notNull)
    .addColumn('value', sql`mediumblob`, notNull)
    .addColumn('parked_at', 'bigint', notNull)
    .execute();
  await schema.createIndex(`${table}_by_comment`).on(table).columns(['comment_id', 'id']).execute();
  await schema.createIndex(`${table}_by_age`).on(table).columns(['parked_at', 'id']).execute();
}

function notNull(column: ColumnDefinitionBuilder): ColumnDefinitionBuilder {
  return column.notNull();
}
