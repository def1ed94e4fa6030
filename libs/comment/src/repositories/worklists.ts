import { type Sql } from '@storey/sql';
import { type CommentDb } from '../comment-db.js';

/** What waits for moderators, of all shards: ids from small tables that the writer keeps beside the comments. */
export class Worklists {
  readonly #sql: Sql<CommentDb>;

  constructor(sql: Sql<CommentDb>) {
    this.#sql = sql;
  }

  /** In review, oldest first, as ids rise with time. @param after goes on behind this id. @throws AppError `unavailable` */
  async inReview(after: bigint, limit: number): Promise<readonly bigint[]> {
    const rows = await this.#sql.read
      .selectFrom('comment_review')
      .select('comment_id')
      .where('comment_id', '>', after)
      .orderBy('comment_id')
      .limit(limit)
      .execute();
    return rows.map(({ comment_id }) => comment_id);
  }

  /** With reports that nobody judged, most reported first, then newest. @throws AppError `unavailable` */
  async reported(limit: number): Promise<readonly bigint[]> {
    const rows = await this.#sql.read
      .selectFrom('comment_reported')
      .select('comment_id')
      .orderBy('reports', 'desc')
      .orderBy('comment_id', 'desc')
      .limit(limit)
      .execute();
    return rows.map(({ comment_id }) => comment_id);
  }

  /** Those of these that have reports which nobody judged. @param ids at most 1,000 @throws AppError `unavailable` */
  async stillReported(ids: readonly bigint[]): Promise<ReadonlySet<bigint>> {
    if (ids.length === 0) return new Set();
    const rows = await this.#sql.read
      .selectFrom('comment_reported')
      .select('comment_id')
      .where('comment_id', 'in', ids)
      .execute();
    return new Set(rows.map(({ comment_id }) => comment_id));
  }
}
