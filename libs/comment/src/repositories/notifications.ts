import { type Transaction } from 'kysely';
import { insertIgnore, tableFor, type Sql, type Tables } from '@storey/sql';
import { type CommentDb, type NotificationTable } from '../comment-db.js';
import { shardOfUser } from '../subject-key.js';

export type NotificationKind = 'reply' | 'mention' | 'like' | 'moderation' | 'tip';

export interface NotificationRecord {
  readonly id: bigint;
  readonly userId: bigint;
  readonly kind: NotificationKind;
  readonly commentId: bigint;
  readonly actorId: bigint;
  readonly at: bigint;
  readonly read: boolean;
  /** Tells apart notices of one kind about one comment; 0 where there is one for all. */
  readonly causeId?: bigint;
}

/** Rows that one marking changes at most, and how many times it goes on. */
const MARK_CHUNK = 500;
const MARK_CHUNKS = 200;

/** What people are told of, in the shard of each. */
export class Notifications {
  readonly #sql: Sql<CommentDb>;

  constructor(sql: Sql<CommentDb>) {
    this.#sql = sql;
  }

  /** Newest first. @param before goes on behind this id. @param limit at most 1,000. @throws AppError `unavailable` */
  async page(
    userId: bigint,
    { before, limit }: { readonly before?: bigint; readonly limit: number },
  ): Promise<readonly NotificationRecord[]> {
    const mine = this.#sql.read.selectFrom(this.#table(userId)).selectAll().where('user_id', '=', userId);
    const behind = before === undefined ? mine : mine.where('id', '<', before);
    return (await behind.orderBy('id', 'desc').limit(limit).execute()).map(toRecord);
  }

  /** The newest unread ones, to be counted when what they speak of is still there. @param limit at most 1,000 */
  async unread(userId: bigint, limit: number): Promise<readonly NotificationRecord[]> {
    const rows = await this.#sql.read
      .selectFrom(this.#table(userId))
      .selectAll()
      .where('user_id', '=', userId)
      .where('read', '=', 0)
      .orderBy('id', 'desc')
      .limit(limit)
      .execute();
    return rows.map(toRecord);
  }

  /** Marks all up to `upTo` as read, in chunks. @throws AppError `unavailable` */
  async markRead(userId: bigint, upTo: bigint): Promise<void> {
    for (let chunk = 0; chunk < MARK_CHUNKS; chunk += 1) {
      const unread = await this.#sql.read
        .selectFrom(this.#table(userId))
        .select('id')
        .where('user_id', '=', userId)
        .where('read', '=', 0)
        .where('id', '<=', upTo)
        .limit(MARK_CHUNK)
        .execute();
      const ids = unread.map(({ id }) => id);
      if (ids.length === 0) return;
      await this.#sql.transaction((tx) =>
        tx
          .updateTable(this.#table(userId))
          .set({ read: 1 })
          .where('user_id', '=', userId)
          .where('id', 'in', ids)
          .execute(),
      );
      if (ids.length < MARK_CHUNK) return;
    }
  }

  /**
   * Tells people, each once per comment, kind and cause, however often this is called.
   * @param notices all at once or none. @throws AppError `unavailable`
   */
  async add(notices: readonly NotificationRecord[]): Promise<void> {
    if (notices.length === 0) return;
    await this.#sql.transaction((tx) => addNotices(tx, notices, this.#sql.tables));
  }

  /** Removes some of what somebody was told. @returns whether there may be more. @throws AppError `unavailable` */
  async remove(userId: bigint, limit: number): Promise<boolean> {
    const ids = (await this.page(userId, { limit })).map(({ id }) => id);
    if (ids.length === 0) return false;
    await this.#sql.transaction((tx) =>
      tx.deleteFrom(this.#table(userId)).where('user_id', '=', userId).where('id', 'in', ids).execute(),
    );
    return ids.length === limit;
  }

  #table(userId: bigint): `notification_${number}` {
    return tableFor('notification', shardOfUser(userId), this.#sql.tables);
  }
}

/** As `Notifications.add`, in the transaction of what they are told of. */
export async function addNotices(
  tx: Transaction<CommentDb>,
  notices: readonly NotificationRecord[],
  tables: Tables,
): Promise<void> {
  const sorted = [...notices].sort(inOneOrder);
  const byTable = Map.groupBy(sorted, ({ userId }) => tableFor('notification', shardOfUser(userId), tables));
  for (const [table, mine] of [...byTable].sort(([a], [b]) => (a < b ? -1 : 1)))
    await insertIgnore(tx, table, mine.map(toRow), KEY);
}

/** By the key: of two that tell the same people neither waits for the other in a circle. */
function inOneOrder(a: NotificationRecord, b: NotificationRecord): number {
  return Number(a.userId - b.userId) || Number(a.commentId - b.commentId) || (a.kind < b.kind ? -1 : 1);
}

const KEY = ['user_id', 'comment_id', 'kind', 'cause_id'] as const;

function toRow({ id, userId, kind, commentId, at, ...notice }: NotificationRecord): NotificationTable {
  const { actorId, causeId = 0n, read } = notice;
  const people = { user_id: userId, actor_id: actorId };
  return { id, ...people, kind, comment_id: commentId, at, read: read ? 1 : 0, cause_id: causeId };
}

function toRecord({ id, kind, at, ...row }: NotificationTable): NotificationRecord {
  return {
    id,
    userId: row.user_id,
    kind: kind as NotificationKind,
    commentId: row.comment_id,
    actorId: row.actor_id,
    at,
    read: row.read === 1,
    ...(row.cause_id !== 0n && { causeId: row.cause_id }),
  };
}
