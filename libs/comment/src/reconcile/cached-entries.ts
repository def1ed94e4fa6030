import { Cache, noStore, type Cached, type CacheStore, type Codec } from '@storey/cache';
import { type Difference } from '@storey/reconcile';
import { commentCaches, type CommentCaches, type CommentSources } from '../caches.js';

/** What others have put into the store; nothing is loaded, and nothing written there. */
export const lookInto = (store: CacheStore): CommentCaches =>
  commentCaches(new Cache({ ...noStore(), mget: (keys) => store.mget(keys) }, { onError: ignore }), nothing);

/** Entries that are there, `undefined` where they say that there is none. */
export async function entriesOf<Id extends string | bigint, V>(
  cached: Pick<Cached<Id, V>, 'lastKnown'>,
  ids: readonly Id[],
): Promise<ReadonlyMap<Id, V | undefined>> {
  const known = await cached.lastKnown(ids);
  return new Map([...known].filter(([, { stale }]) => !stale).map(([id, { value }]) => [id, value]));
}

/** By their bytes, which are all that readers get. */
export function* unequal<Id extends string | bigint, V>(
  kind: string,
  codec: Codec<V>,
  entries: ReadonlyMap<Id, V | undefined>,
  rows: ReadonlyMap<Id, V>,
): Generator<Difference> {
  for (const [id, value] of entries) {
    const [kept, row] = [value, rows.get(id)].map((each) => each && codec.encode(each));
    const same = kept && row ? Buffer.compare(kept, row) === 0 : kept === row;
    if (!same) yield { kind, id: String(id) };
  }
}

const nothing: CommentSources = {
  subjects: { byKeys: async () => new Map() },
  comments: { byIds: async () => new Map() },
  listings: { chunks: async () => new Map() },
  reactions: { under: async () => new Map() },
};

/** An entry that can't be read is passed over by readers as well. */
export const ignore = (): void => undefined;
