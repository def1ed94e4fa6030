import {
  MAX_PINS,
  hosts,
  isAuthor,
  moderates,
  type CommentRecord,
  type SubjectRecord,
} from '@storey/comment';
import { comment } from '@storey/contracts';
import { unprocessable } from '@storey/errors';
import { requireCaller, type Caller } from '../caller.js';
import { commentForbidden, commentNotFound, pinLimit } from '../errors.js';
import { type CommandLog } from '../intake/command-log.js';
import { checkOpen } from '../posting/subject-open.js';
import { type Records } from '../viewing/records.js';
import { type Views } from '../viewing/views.js';

const { CommentState } = comment;

/**
 * Accepts that a root be pinned, or not any more, by who hosts its subject. What is known to be one too many is refused
 * here; of those that are accepted at the same time the writer takes the first.
 */
export class Pin {
  readonly #views: Views;
  readonly #records: Records;
  readonly #log: CommandLog;

  constructor(views: Views, records: Records, log: CommandLog) {
    this.#views = views;
    this.#records = records;
    this.#log = log;
  }

  /** @throws AppError 404 COMMENT_NOT_FOUND, 403 COMMENT_FORBIDDEN, 422 for what can't be pinned, 409 COMMENT_PIN_LIMIT. */
  execute(id: bigint, pinned: boolean): Promise<void> {
    const actor = requireCaller();
    return this.#views.as(async (view) => {
      const record = await view.readable(id);
      if (!record || record.state === CommentState.DELETED) throw commentNotFound();
      const subject = view.subject(await this.#records.subject(record.subject));
      if (!hosts(actor, subject.ownerId)) throw commentForbidden('Who hosts a subject pins its comments.');
      if (!moderates(actor)) checkOpen(subject);
      if (record.rootId !== 0n) throw unprocessable([{ path: 'path/id', message: 'is a reply' }]);
      if (pinned) checkPinnable(record, subject, actor);
      const change = { case: 'pin', value: { commentId: id, pinned } } as const;
      const command = { id: this.#log.nextId(record.subject), subject: record.subject, actor, change };
      await this.#log.accept(command);
    });
  }
}

/** One's own pending comment is visible by the time the writer comes to the pin. */
function checkPinnable(record: CommentRecord, { pinnedIds }: SubjectRecord, actor: Caller): void {
  const { id, state } = record;
  const isVisible =
    state === CommentState.VISIBLE || (state === CommentState.PENDING && isAuthor(actor, record));
  if (!isVisible) throw unprocessable([{ path: 'path/id', message: 'is not visible' }]);
  if (pinnedIds.filter((pin) => pin !== id).length >= MAX_PINS) throw pinLimit();
}
