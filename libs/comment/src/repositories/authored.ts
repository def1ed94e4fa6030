import { comment } from '@storey/contracts';
import { tableNumbers, type Sql } from '@storey/sql';
import { type CommentDb } from '../comment-db.js';
import { type SubjectKey } from '../subject-key.js';

export interface AuthoredComment {
  readonly id: bigint;
  readonly subject: SubjectKey;
}

/** What one user said, wherever he said it: one statement a table, so for background work alone. */
export class Authored {
  readonly #sql: Sql<CommentDb>;

  constructor(sql: Sql<CommentDb>) {
    this.#sql = sql;
  }

  /** Some of those that are not deleted, in no order; none: there are none. @throws AppError `unavailable` */
  async standing(authorId: bigint, limit: number): Promise<readonly AuthoredComment[]> {
    const found: AuthoredComment[] = [];
    for (const table of tableNumbers(this.#sql.tables)) {
      if (found.length === limit) break;
      const rows = await this.#sql.read
        .selectFrom(`comment_index_${table} as i`)
        .innerJoin(`comment_subject_${table} as s`, 's.id', 'i.subject_id')
        .select(['i.id', 's.type', 's.oid'])
        .where('i.author_id', '=', authorId)
        .where('i.state', '!=', comment.CommentState.DELETED)
        .limit(limit - found.length)
        .execute();
      found.push(...rows.map(({ id, type, oid }) => ({ id, subject: { type, oid } })));
    }
    return found;
  }
}
