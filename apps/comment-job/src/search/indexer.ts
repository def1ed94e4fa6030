import { searchDocument, type Comments } from '@storey/comment';
import { type commentEvents } from '@storey/contracts';
import { type Batch, type Message } from '@storey/events';
import { type Removal, type Search, type SearchDocument } from '@storey/search';
import { readMessages } from '../read-events.js';

/** The latest that a batch says of one comment. */
interface Told {
  readonly message: Message;
  /** Of the subject, which rises with each event: what is read after it has at least this version. */
  readonly version: bigint;
}

/**
 * Keeps the search index: of each comment that events speak of, the row as it is now. The index lets the newest version
 * stand, so events may come twice, late, or to two of these at once.
 */
export class Indexer {
  readonly #search: Search;
  readonly #comments: Comments;

  constructor(search: Search, comments: Comments) {
    this.#search = search;
    this.#comments = comments;
  }

  /** @throws AppError `unavailable` when database or index are away: the batch comes again. */
  async handle(batch: Batch): Promise<void> {
    const told = new Map<bigint, Told>();
    for (const { event, message } of await readMessages(batch)) {
      const id = changedComment(event);
      if (id !== 0n) told.set(id, { message, version: event.version });
    }
    if (told.size === 0) return;
    const records = await this.#comments.byIds([...told.keys()]);
    const documents: SearchDocument[] = [];
    const removals: Removal[] = [];
    for (const [id, { version }] of told) {
      const record = records.get(id);
      if (record) documents.push(searchDocument(record, version));
      else removals.push({ id, version });
    }
    const refused = [...(await this.#search.put(documents)), ...(await this.#search.remove(removals))];
    for (const { id, cause } of refused) {
      const message = told.get(id)?.message;
      if (message) await batch.deadLetter(message, cause);
    }
  }
}

/** The comment whose words or state an event is about; 0 for none: clicks are not searched for. */
function changedComment({ event }: commentEvents.CommentEvent): bigint {
  switch (event.case) {
    case 'created':
    case 'updated':
    case 'rejected':
    case 'decided':
      return event.value.comment?.id ?? 0n;
    case 'deleted':
      return event.value.commentId;
    case 'reacted':
    case 'subjectChanged':
    case undefined:
      return 0n;
  }
}
