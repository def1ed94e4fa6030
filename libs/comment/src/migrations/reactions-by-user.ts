import { sql, type Kysely } from 'kysely';

/** What one user reacted to under one subject is read in one go. */
export async function reactionsByUser(db: Kysely<unknown>, n: number): Promise<void> {
  const table = `comment_reaction_${n}`;
  const { schema } = db;
  await schema
    .alterTable(table)
    .addColumn('subject_id', 'bigint', (column) => column.notNull().defaultTo(0))
    .execute();
  const subject = sql`select i.subject_id from ${sql.table(`comment_index_${n}`)} i where i.id = comment_id`;
  await sql`update ${sql.table(table)} set subject_id = coalesce((${subject}), 0)`.execute(db);
  const columns = ['user_id', 'subject_id', 'comment_id'];
  await schema.createIndex(`${table}_by_user`).on(table).columns(columns).execute();
}
