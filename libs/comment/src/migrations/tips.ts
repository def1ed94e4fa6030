import { SqliteAdapter, sql, type ColumnDefinitionBuilder, type Kysely } from 'kysely';

const KEY = ['user_id', 'comment_id', 'kind', 'cause_id'] as const;

/** The table of tips; and notices are told apart by their cause, where one kind has several. */
export async function addTips(db: Kysely<unknown>, n: number): Promise<void> {
  await db.schema
    .createTable(`comment_tip_${n}`)
    .addColumn('tip_id', 'bigint', (column) => column.primaryKey())
    .addColumn('comment_id', 'bigint', notNull)
    .addColumn('from_user_id', 'bigint', notNull)
    .addColumn('author_id', 'bigint', notNull)
    .addColumn('state', 'varchar(9)', notNull)
    .addColumn('at', 'bigint', notNull)
    .execute();
  const table = `notification_${n}`;
  const isSqlite = db.getExecutor().adapter instanceof SqliteAdapter;
  if (isSqlite) await rebuild(db, table);
  else await alter(db, table);
}

async function alter(db: Kysely<unknown>, table: string): Promise<void> {
  const withCause = db.schema.alterTable(table).addColumn('cause_id', 'bigint', noCause);
  await withCause.execute();
  const key = sql.join(KEY.map((column) => sql.ref(column)));
  await sql`alter table ${sql.table(table)} drop primary key, add primary key (${key})`.execute(db);
}

/** SQLite gives a table another key only by making it anew. */
async function rebuild(db: Kysely<unknown>, table: string): Promise<void> {
  const old = `${table}_old`;
  await db.schema.alterTable(table).renameTo(old).execute();
  for (const index of ['by_user', 'by_unread']) await db.schema.dropIndex(`${table}_${index}`).execute();
  await db.schema
    .createTable(table)
    .addColumn('id', 'bigint', notNull)
    .addColumn('user_id', 'bigint', notNull)
    .addColumn('kind', 'varchar(16)', notNull)
    .addColumn('comment_id', 'bigint', notNull)
    .addColumn('actor_id', 'bigint', notNull)
    .addColumn('at', 'bigint', notNull)
    .addColumn('read', 'integer', notNull)
    .addColumn('cause_id', 'bigint', noCause)
    .addPrimaryKeyConstraint(`${table}_key`, [...KEY])
    .execute();
  await sql`insert into ${sql.table(table)} select *, 0 from ${sql.table(old)}`.execute(db);
  await db.schema.dropTable(old).execute();
  await db.schema.createIndex(`${table}_by_user`).on(table).columns(['user_id', 'id']).execute();
  await db.schema.createIndex(`${table}_by_unread`).on(table).columns(['user_id', 'read', 'id']).execute();
}

const noCause = (column: ColumnDefinitionBuilder): ColumnDefinitionBuilder => column.notNull().defaultTo(0);

function notNull(column: ColumnDefinitionBuilder): ColumnDefinitionBuilder {
  return column.notNull();
}
