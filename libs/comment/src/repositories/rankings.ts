import { tableFor, type Sql } from '@storey/sql';
import { type CommentDb } from '../comment-db.js';
import { type ListOf } from '../place-chunks.js';

/** How many the ranking of a list holds at most. */
export const MAX_RANKED = 1_000;

/** The order of a list by score, as it is at the moment. */
export class Rankings {
  readonly #sql: Sql<CommentDb>;

  constructor(sql: Sql<CommentDb>) {
    this.#sql = sql;
  }

  /**
   * Those that anybody likes, best first, at most {@link MAX_RANKED}; ties newest first, as ids rise with time.
   * @throws AppError `unavailable`
   */
  async of({ subjectId, rootId }: ListOf): Promise<readonly bigint[]> {
    const rows = await this.#sql.read
      .selectFrom(tableFor('comment_count', subjectId, this.#sql.tables))
      .select('id')
      .where('subject_id', '=', subjectId)
      .where('root_id', '=', rootId)
      .where('score', '>', 0)
      .orderBy('score', 'desc')
      .orderBy('id', 'desc')
      .limit(MAX_RANKED)
      .execute();
    return rows.map(({ id }) => id);
  }
}
