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

/** How many the ranking of a list holds at most. */
export const MAX_RANKED = 1_000;

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

  /** Those that anybody likes more than chance would, best first, at most {@link MAX_RANKED}; ties newest first. */
  async ranking({ subjectId, rootId }: ListOf): Promise<readonly bigint[]> {
    const { tables } = this.#sql;
    const rows = await this.#sql.read
      .selectFrom(tableFor('comment_count', subjectId, tables))
      .select(['id', 'score'])
      .where('subject_id', '=', subjectId)
      .where('root_id', '=', rootId)
      .where('score', '>', 0)
      .orderBy('score', 'desc')
      .orderBy('id', 'desc')
      .limit(MAX_RANKED)
      .execute();
    const floors = await this.#floors(rows.map(({ id }) => id));
    const floorOf = (id: bigint): bigint => floors.get(id) ?? 0n;
    return rows
      .sort((a, b) => b.score - a.score || (floorOf(a.id) < floorOf(b.id) ? 1 : -1))
      .map(({ id }) => id);
  }

  async #floors(ids: readonly bigint[]): Promise<ReadonlyMap<bigint, bigint>> {
    const [first] = ids;
    if (first === undefined) return new Map();
    const rows = await this.#sql.read
      .selectFrom(tableFor('comment_index', first, this.#sql.tables))
      .select(['id', 'floor'])
      .where('id', 'in', ids)
      .execute();
    return new Map(rows.map(({ id, floor }) => [id, floor ?? 0n]));
  }
}

const toPlace = ({ id, floor }: { readonly id: bigint; readonly floor: bigint | null }): Place => ({
  id,
  floor: floor ?? 0n,
});
