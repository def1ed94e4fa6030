import { Cache, type CacheStore } from '@storey/cache';
import { type Comparison } from '@storey/reconcile';
import { type Sql } from '@storey/sql';
import { commentCaches, commentSources } from '../caches.js';
import { type CommentDb } from '../comment-db.js';
import {
  ownReactionsCodec,
  ownReactionsId,
  parseOwnReactionsId,
  type ReactionsOf,
} from '../own-reactions.js';
import { Reactions } from '../repositories/reactions.js';
import { entriesOf, ignore, lookInto, unequal } from './cached-entries.js';

/** As many as are read at once. */
const CHUNK = 200;
const KIND = 'cached-reaction';

/** Cached reactions, and what is cached as none, against the rows of one table. What is wrong is thrown out. */
export function compareReactions(sql: Sql<CommentDb>, store: CacheStore, n: number): Comparison {
  const { reactions: cached } = lookInto(store);
  const stored = new Reactions(sql);
  return {
    name: `comment reactions ${n}`,
    find: async function* () {
      let after = { userId: 0n, subjectId: 0n };
      for (let more = true; more;) {
        const all = await reactedAfter(sql, n, after);
        const entries = await entriesOf(cached, all.map(ownReactionsId));
        const rows = await stored.under([...entries.keys()].map(parseOwnReactionsId));
        yield* unequal(KIND, ownReactionsCodec, entries, rows);
        more = all.length === CHUNK;
        after = all.at(-1) ?? after;
      }
    },
    repair: async (differences) => {
      const { reactions } = commentCaches(new Cache(store, { onError: ignore }), commentSources(sql));
      await reactions.invalidate(differences.map(({ id }) => id));
    },
  };
}

/** Who reacted under which subject. */
async function reactedAfter(
  sql: Sql<CommentDb>,
  n: number,
  after: ReactionsOf,
): Promise<readonly ReactionsOf[]> {
  return sql.read
    .selectFrom(`comment_reaction_${n}`)
    .select(['user_id as userId', 'subject_id as subjectId'])
    .distinct()
    .where((where) =>
      where.or([
        where('user_id', '>', after.userId),
        where.and([where('user_id', '=', after.userId), where('subject_id', '>', after.subjectId)]),
      ]),
    )
    .orderBy('user_id')
    .orderBy('subject_id')
    .limit(CHUNK)
    .execute();
}
