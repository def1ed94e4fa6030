import { tableFor, type Sql } from '@storey/sql';
import { type CommentDb } from '../comment-db.js';
import { CHUNK_FLOORS, chunkId, chunkOf, type ChunkOf, type ListOf, type Place } from '../place-chunks.js';

export interface PageOf extends ListOf {
  /** `old` rises by floor, `new` falls. */
  readonly order: 'new' | 'old';
  /** Goes on behind this floor, whether it is still there or not. Absent: from the beginning. */
  readonly after?: bigint;
  /** At most 1,000. */
  readonly limit: number;
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
   * Shown ones by floor, whole chunks of any lists; one statement a physical table.
   * @param chunks at most 200. @returns by `chunkId`, each that was asked for. @throws AppError `unavailable`
   */
  async chunks(chunks: readonly ChunkOf[]): Promise<ReadonlyMap<string, readonly Place[]>> {
    const byTable = Map.groupBy(chunks, ({ subjectId }) =>
      tableFor('comment_index', subjectId, this.#sql.tables),
    );
    const rows = await Promise.all([...byTable].map(([table, asked]) => this.#chunksIn(table, asked)));
    const found = new Map<string, Place[]>(chunks.map((asked) => [chunkId(asked, asked.chunk), []]));
    for (const { subject_id, root_id, ...row } of rows.flat()) {
      const place = toPlace(row);
      const list = { subjectId: subject_id, rootId: root_id };
      found.get(chunkId(list, chunkOf(place.floor)))?.push(place);
    }
    return found;
  }

  #chunksIn(table: `comment_index_${number}`, asked: readonly ChunkOf[]) {
    return this.#sql.read
      .selectFrom(table)
      .select(['id', 'floor', 'subject_id', 'root_id'])
      .where((where) =>
        where.or(
          rangesOf(asked).map(({ subjectId, rootIds, above, upTo }) =>
            where.and([
              where('subject_id', '=', subjectId),
              where('root_id', 'in', rootIds),
              where('shown', '=', 1),
              where('floor', '>', above),
              where('floor', '<=', upTo),
            ]),
          ),
        ),
      )
      .orderBy('floor')
      .execute();
  }
}

interface Range {
  readonly subjectId: bigint;
  readonly rootIds: bigint[];
  /** Floors, `upTo` included. */
  readonly above: bigint;
  readonly upTo: bigint;
}

/** The same chunk of many lists of one subject, as of the replies under the roots of a page, is asked for together. */
function rangesOf(asked: readonly ChunkOf[]): readonly Range[] {
  const ranges = new Map<string, Range>();
  for (const { subjectId, rootId, chunk } of asked) {
    const key = `${subjectId}/${chunk}`;
    const above = chunk * CHUNK_FLOORS;
    const range = ranges.get(key) ?? { subjectId, rootIds: [], above, upTo: above + CHUNK_FLOORS };
    range.rootIds.push(rootId);
    ranges.set(key, range);
  }
  return [...ranges.values()];
}

const toPlace = ({ id, floor }: { readonly id: bigint; readonly floor: bigint | null }): Place => ({
  id,
  floor: floor ?? 0n,
});
