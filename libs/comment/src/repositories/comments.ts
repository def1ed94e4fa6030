import { tableFor, type Sql } from '@storey/sql';
import { type CommentDb } from '../comment-db.js';
import { type CommentRecord } from '../comment-record.js';
import { toRecord } from '../to-record.js';

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

  async #inShard(ids: readonly bigint[]): Promise<readonly CommentRecord[]> {
    const [first = 0n] = ids;
    const { tables } = this.#sql;
    const index = tableFor('comment_index', first, tables);
    const content = tableFor('comment_content', first, tables);
    const count = tableFor('comment_count', first, tables);
    const subject = tableFor('comment_subject', first, tables);
    const rows = await this.#sql.read
      .selectFrom(`${index} as i`)
      .innerJoin(`${content} as t`, 't.id', 'i.id')
      .innerJoin(`${count} as n`, 'n.id', 'i.id')
      .innerJoin(`${subject} as s`, 's.id', 'i.subject_id')
      .selectAll('i')
      .select(['s.type', 's.oid', 't.text', 't.html', 't.mentions', 'n.likes', 'n.dislikes', 'n.replies'])
      .where('i.id', 'in', ids)
      .execute();
    return rows.map((row) => toRecord(row));
  }
}
