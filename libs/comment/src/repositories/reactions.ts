import { type Expression } from 'kysely';
import { comment } from '@storey/contracts';
import { tableFor, type Sql } from '@storey/sql';
import { type CommentDb } from '../comment-db.js';
import {
  MOST_REACTIONS,
  ownReactionsId,
  type OwnReaction,
  type OwnReactions,
  type ReactionsOf,
} from '../own-reactions.js';

/** Who reacted to what. */
export class Reactions {
  readonly #sql: Sql<CommentDb>;

  constructor(sql: Sql<CommentDb>) {
    this.#sql = sql;
  }

  /** @param commentIds at most 1,000. @returns by comment, where the user ever reacted. @throws AppError `unavailable` */
  async of(userId: bigint, commentIds: readonly bigint[]): Promise<ReadonlyMap<bigint, OwnReaction>> {
    const byTable = Map.groupBy(commentIds, (id) => tableFor('comment_reaction', id, this.#sql.tables));
    const found = await Promise.all(
      [...byTable].map(([table, ids]) =>
        this.#sql.read
          .selectFrom(table)
          .select(['comment_id', 'value', 'version'])
          .where('user_id', '=', userId)
          .where('comment_id', 'in', ids)
          .execute(),
      ),
    );
    return new Map(found.flat().map(({ comment_id, ...reaction }) => [comment_id, reaction]));
  }

  /**
   * @param all at most 200: each is a select of one statement, and SQLite allows 500.
   * @returns by `ownReactionsId`, where there ever was one. @throws AppError `unavailable`
   */
  async under(all: readonly ReactionsOf[]): Promise<ReadonlyMap<string, OwnReactions>> {
    const byTable = Map.groupBy(all, ({ subjectId }) =>
      tableFor('comment_reaction', subjectId, this.#sql.tables),
    );
    const found = await Promise.all([...byTable].map(([table, of]) => this.#inTable(table, of)));
    const byId = Map.groupBy(found.flat(), (row) =>
      ownReactionsId({ userId: row.user_id, subjectId: row.subject_id }),
    );
    return new Map([...byId].map(([id, rows]) => [id, ownReactions(rows)]));
  }

  /** Some of those who like a comment now, its author aside. @throws AppError `unavailable` */
  async likers(commentId: bigint, authorId: bigint, limit: number): Promise<readonly bigint[]> {
    const rows = await this.#sql.read
      .selectFrom(tableFor('comment_reaction', commentId, this.#sql.tables))
      .select('user_id')
      .where('comment_id', '=', commentId)
      .where('value', '=', comment.Reaction.LIKE)
      .where('user_id', '!=', authorId)
      .orderBy('user_id', 'desc')
      .limit(limit)
      .execute();
    return rows.map(({ user_id }) => user_id);
  }

  /** Of each the latest ones, and one more where there are more. */
  #inTable(table: `comment_reaction_${number}`, of: readonly ReactionsOf[]): Promise<readonly ReactionRow[]> {
    const { read } = this.#sql;
    const [first, ...others] = of.map(({ userId, subjectId }) => {
      const latest = read
        .selectFrom(table)
        .selectAll()
        .where('user_id', '=', userId)
        .where('subject_id', '=', subjectId)
        .orderBy('comment_id', 'desc')
        .limit(MOST_REACTIONS + 1);
      // SQLite wants an order that ends with a limit inside a select of its own.
      return read.selectFrom(latest.as('latest')).selectAll();
    });
    if (!first) return Promise.resolve([]);
    return others.reduce((all, each) => all.unionAll(each as Expression<ReactionRow>), first).execute();
  }
}

type ReactionRow = OwnReaction & {
  readonly user_id: bigint;
  readonly subject_id: bigint;
  readonly comment_id: bigint;
};

function ownReactions(rows: readonly ReactionRow[]): OwnReactions {
  const latest = rows.toSorted((a, b) => (a.comment_id > b.comment_id ? -1 : 1)).slice(0, MOST_REACTIONS);
  const from = rows.length > MOST_REACTIONS ? latest.at(-1)?.comment_id : undefined;
  const byComment = latest.map(({ comment_id, value, version }) => [comment_id, { value, version }] as const);
  return { byComment: new Map(byComment), from: from ?? 0n };
}
