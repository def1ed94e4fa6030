import { subjectKey, type CommentCaches } from '@storey/comment';
import { type commentEvents } from '@storey/contracts';
import { type Batch } from '@storey/events';
import { readEvents } from '../read-events.js';

/** After every change: whoever reads the cache from now on sees it. */
export class Invalidator {
  readonly #caches: CommentCaches;

  constructor(caches: CommentCaches) {
    this.#caches = caches;
  }

  /** @throws AppError `unavailable` when the cache can't be reached: the entry would stay. */
  async handle(batch: Batch): Promise<void> {
    const events = await readEvents(batch);
    const comments = new Set(events.flatMap(touchedComments));
    comments.delete(0n);
    const subjects = new Set(events.flatMap(({ subject }) => (subject ? [subjectKey(subject)] : [])));
    await this.#caches.comments.invalidate([...comments]);
    await this.#caches.subjects.invalidate([...subjects]);
  }
}

/** The comment itself, and those above it, whose counts and marks may have moved. */
function touchedComments({ event }: commentEvents.CommentEvent): readonly bigint[] {
  switch (event.case) {
    case 'created':
    case 'updated':
    case 'rejected': {
      const { id = 0n, rootId = 0n, parentId = 0n } = event.value.comment ?? {};
      return [id, rootId, parentId];
    }
    case 'deleted': {
      const { commentId, rootId, parentId, vanishedIds } = event.value;
      return [commentId, rootId, parentId, ...vanishedIds];
    }
    case 'reacted':
      return [event.value.commentId];
    case undefined:
      return [];
  }
}
