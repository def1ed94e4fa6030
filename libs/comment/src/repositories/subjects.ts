import { comment } from '@storey/contracts';
import { tableFor, tableNumbers, type Sql } from '@storey/sql';
import { type CommentDb, type SubjectTable } from '../comment-db.js';
import { type SubjectRecord } from '../comment-record.js';
import { decodePins } from '../pins.js';
import { shardOfSubject, subjectKey, type SubjectKey } from '../subject-key.js';

/** Subjects by their key. What was never written to has no row. */
export class Subjects {
  readonly #sql: Sql<CommentDb>;

  constructor(sql: Sql<CommentDb>) {
    this.#sql = sql;
  }

  /** @throws AppError `unavailable` */
  async byKey(key: SubjectKey): Promise<SubjectRecord | undefined> {
    return (await this.byKeys([key])).get(subjectKey(key));
  }

  /** @param keys at most 100. @returns those that exist, by `type/oid`. @throws AppError `unavailable` */
  async byKeys(keys: readonly SubjectKey[]): Promise<ReadonlyMap<string, SubjectRecord>> {
    const byTable = Map.groupBy(keys, (key) =>
      tableFor('comment_subject', shardOfSubject(key), this.#sql.tables),
    );
    const found = await Promise.all([...byTable].map(([table, keys]) => this.#inTable(table, keys)));
    return new Map(found.flat().map((row) => [subjectKey(row), toRecord(row)]));
  }

  /** The newest one of some table; none where nobody ever wrote. @throws AppError `unavailable` */
  async any(): Promise<SubjectKey | undefined> {
    for (const table of tableNumbers(this.#sql.tables)) {
      const newest = this.#sql.read
        .selectFrom(`comment_subject_${table}`)
        .select(['type', 'oid'])
        .orderBy('id', 'desc')
        .limit(1);
      const row = await newest.executeTakeFirst();
      if (row) return row;
    }
    return undefined;
  }

  #inTable(
    table: `comment_subject_${number}`,
    keys: readonly SubjectKey[],
  ): Promise<readonly SubjectTable[]> {
    return this.#sql.read
      .selectFrom(table)
      .selectAll()
      .where((where) => where.or(keys.map(({ type, oid }) => where.and({ type, oid }))))
      .execute();
  }
}

/** What a subject is before anything was written under it; its id is 0. */
export const defaultSubject = ({ type, oid }: SubjectKey): SubjectRecord => ({
  id: 0n,
  type,
  oid,
  state: comment.SubjectState.OPEN,
  policyMode: 'post_then_review',
  minLevel: 0,
  ownerId: 0n,
  title: '',
  url: '',
  roots: 0n,
  all: 0n,
  rootFloor: 0n,
  version: 0n,
  pinnedIds: [],
  changedBy: 0n,
});

function toRecord(row: SubjectTable): SubjectRecord {
  const { id, type, oid, state, title, url, roots, version } = row;
  const counts = { roots, all: row.all_, rootFloor: row.root_floor };
  const policy = { policyMode: row.policy_mode, minLevel: row.min_level, ownerId: row.owner_id };
  const own = { pinnedIds: decodePins(row.pinned_ids), changedBy: row.changed_by };
  return { id, type, oid, state, title, url, version, ...counts, ...policy, ...own };
}
