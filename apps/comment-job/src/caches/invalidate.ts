import { type Cached } from '@storey/cache';
import { CACHE_NAMES, type CommentCaches } from '@storey/comment';
import { type Batch, type EventLog } from '@storey/events';
import { tellCacheChanges } from '@storey/service';
import { readEvents } from '../read-events.js';
import { Changes } from './changes.js';

/** Keys of one verb, and changes of one append. */
const AT_ONCE = 500;

/**
 * After every change: whoever reads the shared cache from now on sees it, and every process is told that what it
 * keeps is old. Subjects are cleared last, so that a subject of version v was read before nothing older than v.
 */
export class Invalidator {
  readonly #caches: CommentCaches;
  readonly #events: EventLog;

  constructor(caches: CommentCaches, events: EventLog) {
    this.#caches = caches;
    this.#events = events;
  }

  /** @throws AppError `unavailable` when the cache or the log can't be reached: what is old would stay. */
  async handle(batch: Batch): Promise<void> {
    const changes = new Changes(await readEvents(batch));
    const { subjects, comments, places, reactions } = this.#caches;
    const ids = changes.of(CACHE_NAMES.comments).map(BigInt);
    await Promise.all([
      clear(comments, ids, changes.forgotten(CACHE_NAMES.comments).map(BigInt)),
      clear(places, changes.of(CACHE_NAMES.places)),
      clear(reactions, changes.of(CACHE_NAMES.reactions)),
    ]);
    await clear(subjects, changes.of(CACHE_NAMES.subjects), changes.forgotten(CACHE_NAMES.subjects));
    for (const told of changes.told(AT_ONCE)) await tellCacheChanges(this.#events, told);
  }
}

/** @param forgotten those of `ids` that nobody may be shown as they were, however long the database is away. */
async function clear<Id extends string | bigint>(
  cache: Pick<Cached<Id, unknown>, 'invalidate'>,
  ids: readonly Id[],
  forgotten: readonly Id[] = [],
): Promise<void> {
  const gone = new Set(forgotten);
  for (const chunk of chunksOf([...gone])) await cache.invalidate(chunk, { forget: true });
  for (const chunk of chunksOf(ids.filter((id) => !gone.has(id)))) await cache.invalidate(chunk);
}

function* chunksOf<T>(all: readonly T[]): Generator<readonly T[]> {
  for (let start = 0; start < all.length; start += AT_ONCE) yield all.slice(start, start + AT_ONCE);
}
