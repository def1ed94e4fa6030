import { comment } from '@storey/contracts';
import { tableFor, type Sql } from '@storey/sql';
import { type CommentDb } from '../comment-db.js';
import { reactionId, type OwnReaction } from '../reaction-codec.js';

interface Pair {
  readonly userId: bigint;
  readonly commentId: bigint;
}

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

  /** @param pairs at most 1,000. @returns by `reactionId`, where there ever was one. @throws AppError `unavailable` */
  async byIds(pairs: readonly Pair[]): Promise<ReadonlyMap<string, OwnReaction>> {
    const byTable = Map.groupBy(pairs, ({ commentId }) =>
      tableFor('comment_reaction', commentId, this.#sql.tables),
    );
    const found = await Promise.all(
      [...byTable].map(([table, pairs]) =>
        this.#sql.read
          .selectFrom(table)
          .selectAll()
          .where((where) =>
            where.or(
              [...byUser(pairs)].map(([userId, ids]) =>
                where.and([where('user_id', '=', userId), where('comment_id', 'in', ids)]),
              ),
            ),
          )
          .execute(),
      ),
    );
    return new Map(
      found.flat().map(({ comment_id, user_id, ...reaction }) => [reactionId(user_id, comment_id), reaction]),
    );
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
}

function byUser(pairs: readonly Pair[]): ReadonlyMap<bigint, readonly bigint[]> {
  const users = new Map<bigint, bigint[]>();
  for (const { userId, commentId } of pairs) {
    const ids = users.get(userId) ?? [];
    ids.push(commentId);
    users.set(userId, ids);
  }
  return users;
}
