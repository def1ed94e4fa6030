import { type Sql } from '@storey/sql';
import { type CommentDb } from '../comment-db.js';

/** The ids of all comments there are, whatever their state. */
export class CommentIds {
  readonly #sql: Sql<CommentDb>;

  constructor(sql: Sql<CommentDb>) {
    this.#sql = sql;
  }

  /** How many physical tables they lie in, numbered from 0. */
  get tables(): number {
    return this.#sql.tables;
  }

  /** Those of one physical table behind `after`, rising. @param limit at most 5,000. @throws AppError `unavailable` */
  async of(table: number, after: bigint, limit: number): Promise<readonly bigint[]> {
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
