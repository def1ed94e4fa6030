import { tableFor, type Sql } from '@storey/sql';
import { type CommentDb } from '../comment-db.js';
import { type CommentRecord } from '../comment-record.js';
import { toRecord } from '../to-record.js';

export interface ScannedComment {
  readonly record: CommentRecord;
  readonly subjectVersion: bigint;
}

interface Tables {
  readonly index: `comment_index_${number}`;
  readonly content: `comment_content_${number}`;
  readonly count: `comment_count_${number}`;
  readonly subject: `comment_subject_${number}`;
}

/** Comments by id: an id leads to its shard. */
export class Comments {
  readonly #sql: Sql<CommentDb>;

  constructor(sql: Sql<CommentDb>) {
    this.#sql = sql;
  }

  /** Whatever its state. @throws AppError `unavailable` */
  async byId(id: bigint): Promise<CommentRecord | undefined> {
    return (await this.byIds([id])).get(id);
  }

  /** @param ids at most 1,000, of any shard. @returns those that exist. @throws AppError `unavailable` */
  async byIds(ids: readonly bigint[]): Promise<ReadonlyMap<bigint, CommentRecord>> {
    const shards = Map.groupBy(ids, (id) => tableFor('comment_index', id, this.#sql.tables));
    const found = await Promise.all([...shards.values()].map((ids) => this.#inShard(ids)));
    return new Map(found.flat().map((record) => [record.id, record]));
  }

  /** Texts that edits replaced, oldest first; at most 100. @throws AppError `unavailable` */
  async editsOf(commentId: bigint): Promise<readonly { readonly text: string; readonly at: bigint }[]> {
    return this.#sql.read
      .selectFrom(tableFor('comment_edit', commentId, this.#sql.tables))
      .select(['text', 'at'])
      .where('comment_id', '=', commentId)
      .orderBy('id')
      .limit(100)
      .execute();
  }

  /**
   * The comments of one physical table by id, each with the version that its subject had when it was read: for what is
   * made from all of them. @param limit at most 1,000. @throws AppError `unavailable`
   */
  async scan(table: number, after: bigint, limit: number): Promise<readonly ScannedComment[]> {
    const rows = await this.#joined({
      index: `comment_index_${table}`,
      content: `comment_content_${table}`,
      count: `comment_count_${table}`,
      subject: `comment_subject_${table}`,
    })
      .select('s.version as subject_version')
      .where('i.id', '>', after)
      .orderBy('i.id')
      .limit(limit)
      .execute();
    return rows.map((row) => ({ record: toRecord(row), subjectVersion: row.subject_version }));
  }

  async #inShard(ids: readonly bigint[]): Promise<readonly CommentRecord[]> {
    const [first = 0n] = ids;
    const { tables } = this.#sql;
    const rows = await this.#joined({
      index: tableFor('comment_index', first, tables),
      content: tableFor('comment_content', first, tables),
      count: tableFor('comment_count', first, tables),
      subject: tableFor('comment_subject', first, tables),
    })
      .where('i.id', 'in', ids)
      .execute();
    return rows.map((row) => toRecord(row));
  }

  #joined({ index, content, count, subject }: Tables) {
    return this.#sql.read
      .selectFrom(`${index} as i`)
      .innerJoin(`${content} as t`, 't.id', 'i.id')
      .innerJoin(`${count} as n`, 'n.id', 'i.id')
      .innerJoin(`${subject} as s`, 's.id', 'i.subject_id')
      .selectAll('i')
      .select(['s.type', 's.oid', 't.text', 't.html', 't.mentions'])
      .select(['n.likes', 'n.dislikes', 'n.replies', 'n.reply_floor', 'n.reports']);
  }
}
