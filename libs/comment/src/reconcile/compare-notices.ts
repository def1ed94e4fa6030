import { type Comparison } from '@storey/reconcile';
import { type Sql } from '@storey/sql';
import { type CommentDb } from '../comment-db.js';
import { Comments } from '../repositories/comments.js';

const CHUNK = 500;

/** Notices of one table speak of comments that are there, in whichever shard. */
export function compareNotices(sql: Sql<CommentDb>, n: number): Comparison {
  const comments = new Comments(sql);
  return {
    name: `notifications ${n}`,
    find: async function* () {
      for (let page = await next(sql, n, { user_id: 0n, id: 0n }); page.length > 0;) {
        const known = await comments.byIds([...new Set(page.map((row) => row.comment_id))]);
        for (const { id, comment_id } of page)
          if (!known.has(comment_id)) yield { kind: 'notice-alone', id: String(id) };
        const last = page.at(-1);
        page = last && page.length === CHUNK ? await next(sql, n, last) : [];
      }
    },
  };
}

interface Row {
  readonly user_id: bigint;
  readonly id: bigint;
}

function next(sql: Sql<CommentDb>, n: number, { user_id, id }: Row) {
  return sql.read
    .selectFrom(`notification_${n}`)
    .select(['user_id', 'id', 'comment_id'])
    .where((where) =>
      where.or([
        where('user_id', '>', user_id),
        where.and([where('user_id', '=', user_id), where('id', '>', id)]),
      ]),
    )
    .orderBy('user_id')
    .orderBy('id')
    .limit(CHUNK)
    .execute();
}
