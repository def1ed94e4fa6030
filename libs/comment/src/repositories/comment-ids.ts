import { tableNumbers, type Sql, type Tables } from '@storey/sql';
import { type CommentDb } from '../comment-db.js';

/** The ids of all comments there are, whatever their state. */
export class CommentIds {
  readonly #sql: Sql<CommentDb>;

  constructor(sql: Sql<CommentDb>) {
    this.#sql = sql;
  }

  /** The physical tables that they lie in, as they are now. */
  get tables(): Tables {
    return this.#sql.tables;
  }

  /** Those of the nth physical table behind `after`, rising. @param limit at most 1,000. @throws AppError `unavailable` */
  async of(nth: number, after: bigint, limit: number): Promise<readonly bigint[]> {
    const table = tableNumbers(this.#sql.tables)[nth];
    if (table === undefined) return [];
    const rows = await this.#sql.read
      .selectFrom(`comment_index_${table}`)
      .select('id')
      .where('id', '>', after)
      .orderBy('id')
      .limit(limit)
      .execute();
    return rows.map(({ id }) => id);
  }
}
