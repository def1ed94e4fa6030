import { MysqlAdapter, SqliteAdapter, type Kysely } from 'kysely';

/** Which of the two this is, for what they say differently. */
export function isMysql<DB>(db: Kysely<DB>): boolean {
  const { adapter } = db.getExecutor();
  if (adapter instanceof MysqlAdapter) return true;
  if (adapter instanceof SqliteAdapter) return false;
  throw new TypeError(`There is no upsert for ${adapter.constructor.name}`);
}
