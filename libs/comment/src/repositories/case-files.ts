import { tableFor, type Sql } from '@storey/sql';
import { type AuditTable, type CommentDb, type ReportTable } from '../comment-db.js';

/** Of a comment at most. */
const MAX_ROWS = 100;

/** Who reported one comment, and what was decided about it; oldest first, at most 100 of each. */
export class CaseFiles {
  readonly #sql: Sql<CommentDb>;

  constructor(sql: Sql<CommentDb>) {
    this.#sql = sql;
  }

  /** @throws AppError `unavailable` */
  async reportsOf(commentId: bigint): Promise<readonly ReportTable[]> {
    const reports = await this.#sql.read
      .selectFrom(tableFor('comment_report', commentId, this.#sql.tables))
      .selectAll()
      .where('comment_id', '=', commentId)
      .limit(MAX_ROWS)
      .execute();
    return reports.sort(byId);
  }

  /** @throws AppError `unavailable` */
  async auditOf(commentId: bigint): Promise<readonly AuditTable[]> {
    return this.#sql.read
      .selectFrom('comment_audit')
      .selectAll()
      .where('comment_id', '=', commentId)
      .orderBy('id')
      .limit(MAX_ROWS)
      .execute();
  }
}

const byId = (a: { readonly id: bigint }, b: { readonly id: bigint }): number => (a.id < b.id ? -1 : 1);
