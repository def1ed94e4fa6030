import { tableFor, type Sql } from '@storey/sql';
import { type CommentDb } from '../comment-db.js';

/** A list: the roots of a subject (`rootId` 0) or all replies under one root. */
export interface ListOf {
  readonly subjectId: bigint;
  readonly rootId: bigint;
}

export interface PageOf extends ListOf {
  /** `old` rises by floor, `new` falls. */
  readonly order: 'new' | 'old';
  /** Goes on behind this floor, whether it is still there or not. Absent: from the beginning. */
  readonly after?: bigint;
  /** At most 1,000. */
  readonly limit: number;
}

export interface Place {
  readonly id: bigint;
  readonly floor: bigint;
}

/** Which comments stand in a list, in which order; what they are, `Comments` knows. */
export class Listings {
  readonly #sql: Sql<CommentDb>;

  constructor(sql: Sql<CommentDb>) {
    this.#sql = sql;
  }

  /** Shown ones only, by floor. @throws AppError `unavailable` */
  async page({ subjectId, rootId, order, after, limit }: PageOf): Promise<readonly Place[]> {
    const base = this.#sql.read
      .selectFrom(tableFor('comment_index', subjectId, this.#sql.tables))
      .select(['id', 'floor'])
      .where('subject_id', '=', subjectId)
      .where('root_id', '=', rootId)
      .where('shown', '=', 1);
    const behind = after === undefined ? base : base.where('floor', order === 'new' ? '<' : '>', after);
    const rows = await behind
      .orderBy('floor', order === 'new' ? 'desc' : 'asc')
      .limit(limit)
      .execute();
    return rows.map(toPlace);
  }

  /**
   * The first replies by floor under each root, for a listing of roots.
   * @param rootIds at most 50, of one subject. @returns by root; without replies there is none.
   */
  async previews(
    subjectId: bigint,
    rootIds: readonly bigint[],
    each: number,
  ): Promise<ReadonlyMap<bigint, readonly Place[]>> {
    if (rootIds.length === 0 || each === 0) return new Map();
    const lists = await Promise.all(
      rootIds.map((rootId) => this.page({ subjectId, rootId, order: 'old', limit: each })),
    );
    return new Map(rootIds.flatMap((rootId, at) => (lists[at]?.length ? [[rootId, lists[at]]] : [])));
  }
}

const toPlace = ({ id, floor }: { readonly id: bigint; readonly floor: bigint | null }): Place => ({
  id,
  floor: floor ?? 0n,
});
