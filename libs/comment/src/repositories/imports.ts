import { type Sql } from '@storey/sql';
import { type CommentDb } from '../comment-db.js';

/** Which items were imported before. */
export class Imports {
  readonly #sql: Sql<CommentDb>;

  constructor(sql: Sql<CommentDb>) {
    this.#sql = sql;
  }

  /** @param keys at most 1,000. @returns comment ids by source key. @throws AppError `unavailable` */
  async known(source: string, keys: readonly string[]): Promise<ReadonlyMap<string, bigint>> {
    if (keys.length === 0) return new Map();
    const rows = await this.#sql.read
      .selectFrom('import_item')
      .select(['source_key', 'comment_id'])
      .where('source', '=', source)
      .where('source_key', 'in', keys)
      .execute();
    return new Map(rows.map((row) => [row.source_key, row.comment_id]));
  }
}
