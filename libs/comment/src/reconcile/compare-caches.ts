import { Cache, noStore, type CacheStore, type Codec } from '@storey/cache';
import { type Comparison, type Difference } from '@storey/reconcile';
import { type Sql } from '@storey/sql';
import { commentCaches, commentSources, type CommentCaches, type CommentSources } from '../caches.js';
import { type CommentDb } from '../comment-db.js';
import { type CommentRecord, type SubjectRecord } from '../comment-record.js';
import { chunkId, chunkOf, parseChunkId, placesCodec } from '../place-chunks.js';
import { recordCodec } from '../record-codec.js';
import { parseSubjectKey, subjectKey } from '../subject-key.js';

const CHUNK = 100;

const KINDS = { comments: 'cached-comment', subjects: 'cached-subject', places: 'cached-places' } as const;

/**
 * Entries of the shared cache against the rows of one table: only those that are there; what is not cached is no
 * difference. What is wrong is thrown out.
 */
export function compareCaches(sql: Sql<CommentDb>, store: CacheStore, n: number): Comparison {
  const sources = commentSources(sql);
  const cached = commentCaches(new Cache(readOnly(store), { onError: ignore }), nothing);
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
      await comments.invalidate(ids(KINDS.comments).map(BigInt));
      await places.invalidate(ids(KINDS.places));
      await subjects.invalidate(ids(KINDS.subjects));
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
  const kept = await cached.comments.getMany(ids);
  const rows = await sources.comments.byIds(ids);
  yield* unequal(KINDS.comments, recordCodec<CommentRecord>(), kept, rows);

  const keys = [...new Set([...rows.values()].map(({ subject }) => subjectKey(subject)))];
  const subjects = await cached.subjects.getMany(keys);
  const subjectRows = await sources.subjects.byKeys(keys.map(parseSubjectKey));
  yield* unequal(KINDS.subjects, recordCodec<SubjectRecord>(), subjects, subjectRows);

  const chunks = [...new Set([...rows.values()].flatMap(chunkIdsOf))];
  const places = await cached.places.getMany(chunks);
  const present = [...places.keys()];
  yield* unequal(KINDS.places, placesCodec, places, await sources.listings.chunks(present.map(parseChunkId)));
}

function chunkIdsOf({ subjectId, rootId, floor }: CommentRecord): readonly string[] {
  return floor > 0n ? [chunkId({ subjectId, rootId }, chunkOf(floor))] : [];
}

/** By their bytes, which are all that readers get. */
function* unequal<Id extends string | bigint, V>(
  kind: string,
  codec: Codec<V>,
  kept: ReadonlyMap<Id, V>,
  rows: ReadonlyMap<Id, V>,
): Generator<Difference> {
  for (const [id, value] of kept) {
    const row = rows.get(id);
    const same = row !== undefined && Buffer.compare(codec.encode(value), codec.encode(row)) === 0;
    if (!same) yield { kind, id: String(id) };
  }
}

/** Lets a cache see what others have put there, and put nothing there itself. */
const readOnly = (store: CacheStore): CacheStore => ({
  ...noStore(),
  mget: (keys) => store.mget(keys),
  getOrLease: async (keys) => (await store.mget(keys)).map((value) => (value ? { value } : { token: '' })),
});

/** What is not cached is not loaded either. */
const nothing: CommentSources = {
  subjects: { byKeys: async () => new Map() },
  comments: { byIds: async () => new Map() },
  listings: { chunks: async () => new Map() },
  reactions: { byIds: async () => new Map() },
};

/** An entry that can't be read is passed over by readers as well. */
const ignore = (): void => undefined;
