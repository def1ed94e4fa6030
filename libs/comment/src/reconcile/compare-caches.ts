import { Cache, type CacheStore } from '@storey/cache';
import { type Comparison, type Difference } from '@storey/reconcile';
import { type Sql } from '@storey/sql';
import { commentCaches, commentSources, type CommentCaches, type CommentSources } from '../caches.js';
import { type CommentDb } from '../comment-db.js';
import { type CommentRecord, type SubjectRecord } from '../comment-record.js';
import { chunkId, chunkOf, parseChunkId, placesCodec } from '../place-chunks.js';
import { recordCodec } from '../record-codec.js';
import { parseSubjectKey, subjectKey } from '../subject-key.js';
import { entriesOf, ignore, lookInto, unequal } from './cached-entries.js';

const CHUNK = 100;

const KINDS = { comments: 'cached-comment', subjects: 'cached-subject', places: 'cached-places' } as const;

/**
 * Entries of the shared cache against the rows of one table: only those that are there, also those that say that there is
 * none; what is not cached is no difference, nor what was known last. What is wrong is thrown out.
 */
export function compareCaches(sql: Sql<CommentDb>, store: CacheStore, n: number): Comparison {
  const sources = commentSources(sql);
  const cached = lookInto(store);
  return {
    name: `comment caches ${n}`,
    find: async function* () {
      for (let after = 0n, more = true; more;) {
        const ids = await idsOf(sql, n, after);
        yield* differing(cached, sources, ids);
        more = ids.length === CHUNK;
        after = ids.at(-1) ?? after;
      }
    },
    repair: async (differences) => {
      const { comments, subjects, places } = commentCaches(new Cache(store, { onError: ignore }), sources);
      const ids = (kind: string): string[] =>
        differences.filter((difference) => difference.kind === kind).map(({ id }) => id);
      await comments.invalidate(ids(KINDS.comments).map(BigInt), { forget: true });
      await places.invalidate(ids(KINDS.places), { forget: true });
      await subjects.invalidate(ids(KINDS.subjects), { forget: true });
    },
  };
}

async function idsOf(sql: Sql<CommentDb>, n: number, after: bigint): Promise<readonly bigint[]> {
  const ids = sql.read.selectFrom(`comment_index_${n}`).select('id').where('id', '>', after);
  return (await ids.orderBy('id').limit(CHUNK).execute()).map(({ id }) => id);
}

async function* differing(
  cached: CommentCaches,
  sources: CommentSources,
  ids: readonly bigint[],
): AsyncGenerator<Difference> {
  const kept = await entriesOf(cached.comments, ids);
  const rows = await sources.comments.byIds(ids);
  yield* unequal(KINDS.comments, recordCodec<CommentRecord>(), kept, rows);

  const keys = [...new Set([...rows.values()].map(({ subject }) => subjectKey(subject)))];
  const subjects = await entriesOf(cached.subjects, keys);
  const subjectRows = await sources.subjects.byKeys(keys.map(parseSubjectKey));
  yield* unequal(KINDS.subjects, recordCodec<SubjectRecord>(), subjects, subjectRows);

  const chunks = [...new Set([...rows.values()].flatMap(chunkIdsOf))];
  const places = await entriesOf(cached.places, chunks);
  const present = [...places.keys()];
  yield* unequal(KINDS.places, placesCodec, places, await sources.listings.chunks(present.map(parseChunkId)));
}

function chunkIdsOf({ subjectId, rootId, floor }: CommentRecord): readonly string[] {
  return floor > 0n ? [chunkId({ subjectId, rootId }, chunkOf(floor))] : [];
}
