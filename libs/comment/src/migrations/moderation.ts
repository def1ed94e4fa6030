import { type ColumnDefinitionBuilder, type Kysely } from 'kysely';
import { forEachTable, type Tables } from '@storey/sql';

/** Pins, reports, review and decisions. @param tables the physical tables of each sharded one. */
export async function addModeration(db: Kysely<unknown>, tables: Tables): Promise<void> {
  await forEachTable(tables, async (n) => {
    await addColumns(db, n);
    await createReport(db, n);
  });
  await createWorklists(db);
  await createAudit(db);
}

async function addColumns({ schema }: Kysely<unknown>, n: number): Promise<void> {
  const subject = `comment_subject_${n}`;
  await schema.alterTable(subject).addColumn('pinned_ids', 'varchar(64)', empty).execute();
  await schema.alterTable(subject).addColumn('changed_by', 'bigint', zero).execute();
  await schema.alterTable(`comment_index_${n}`).addColumn('review_reason', 'varchar(64)', empty).execute();
  await schema.alterTable(`comment_count_${n}`).addColumn('reports', 'bigint', zero).execute();
}

async function createReport({ schema }: Kysely<unknown>, n: number): Promise<void> {
  const table = `comment_report_${n}`;
  await schema
    .createTable(table)
    .addColumn('comment_id', 'bigint', notNull)
    .addColumn('user_id', 'bigint', notNull)
    .addColumn('id', 'bigint', notNull)
    .addColumn('reason', 'varchar(16)', notNull)
    .addColumn('note', 'varchar(1000)', notNull)
    .addColumn('at', 'bigint', notNull)
    .addPrimaryKeyConstraint(`${table}_key`, ['comment_id', 'user_id'])
    .execute();
}

/** Of all shards, as they are read whole by moderators; what is in them is bounded by what these get done. */
async function createWorklists({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .createTable('comment_review')
    .addColumn('comment_id', 'bigint', (column) => column.primaryKey())
    .execute();
  await schema
    .createTable('comment_reported')
    .addColumn('comment_id', 'bigint', (column) => column.primaryKey())
    .addColumn('reports', 'bigint', notNull)
    .execute();
  const most = ['reports', 'comment_id'];
  await schema.createIndex('comment_reported_by_most').on('comment_reported').columns(most).execute();
}

async function createAudit({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .createTable('comment_audit')
    .addColumn('id', 'bigint', (column) => column.primaryKey())
    .addColumn('comment_id', 'bigint', notNull)
    .addColumn('action', 'varchar(16)', notNull)
    .addColumn('actor_id', 'bigint', notNull)
    .addColumn('reason', 'varchar(1000)', notNull)
    .addColumn('at', 'bigint', notNull)
    .execute();
  const of = ['comment_id', 'id'];
  await schema.createIndex('comment_audit_by_comment').on('comment_audit').columns(of).execute();
}

const notNull = (column: ColumnDefinitionBuilder): ColumnDefinitionBuilder => column.notNull();
const zero = (column: ColumnDefinitionBuilder): ColumnDefinitionBuilder => column.notNull().defaultTo(0);
const empty = (column: ColumnDefinitionBuilder): ColumnDefinitionBuilder => column.notNull().defaultTo('');
