import { Cache, type CacheStore } from '@storey/cache';
import { type Comparison } from '@storey/reconcile';
import { type Sql } from '@storey/sql';
import { commentCaches, commentSources } from '../caches.js';
import { type CommentDb } from '../comment-db.js';
import { reactionCodec, reactionId, type OwnReaction } from '../reaction-codec.js';
import { entriesOf, ignore, lookInto, unequal } from './cached-entries.js';

const CHUNK = 500;
const KIND = 'cached-reaction';

type Row = OwnReaction & { readonly comment_id: bigint; readonly user_id: bigint };

/** Cached reactions, and what is cached as none, against the rows of one table. What is wrong is thrown out. */
export function compareReactions(sql: Sql<CommentDb>, store: CacheStore, n: number): Comparison {
  const { reactions: cached } = lookInto(store);
  return {
    name: `comment reactions ${n}`,
    find: async function* () {
      let after = { comment_id: 0n, user_id: 0n };
      for (let more = true; more;) {
        const rows = await rowsOf(sql, n, after);
        const byId = new Map(rows.map((row) => [reactionId(row.user_id, row.comment_id), row]));
        yield* unequal(KIND, reactionCodec, await entriesOf(cached, [...byId.keys()]), byId);
        more = rows.length === CHUNK;
        after = rows.at(-1) ?? after;
      }
    },
    repair: async (differences) => {
      const { reactions } = commentCaches(new Cache(store, { onError: ignore }), commentSources(sql));
      await reactions.invalidate(differences.map(({ id }) => id));
    },
  };
}

async function rowsOf(
  sql: Sql<CommentDb>,
  n: number,
  after: { readonly comment_id: bigint; readonly user_id: bigint },
): Promise<readonly Row[]> {
  return sql.read
    .selectFrom(`comment_reaction_${n}`)
    .selectAll()
    .where((where) =>
      where.or([
        where('comment_id', '>', after.comment_id),
        where.and([where('comment_id', '=', after.comment_id), where('user_id', '>', after.user_id)]),
      ]),
    )
    .orderBy('comment_id')
    .orderBy('user_id')
    .limit(CHUNK)
    .execute();
}
