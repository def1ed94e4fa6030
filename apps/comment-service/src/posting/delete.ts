import { canDelete, moderates, type CommentRecord } from '@storey/comment';
import { comment } from '@storey/contracts';
import { requireCaller, type Caller } from '../caller.js';
import { commentForbidden, commentNotFound } from '../errors.js';
import { type CommandLog } from '../intake/command-log.js';
import { type Records } from '../viewing/records.js';
import { type Views } from '../viewing/views.js';
import { checkOpen } from './subject-open.js';

/** Accepts that a comment be deleted, by its author, the owner of its subject or a moderator; again has no effect. */
export class Delete {
  readonly #views: Views;
  readonly #records: Records;
  readonly #log: CommandLog;

  constructor(views: Views, records: Records, log: CommandLog) {
    this.#views = views;
    this.#records = records;
    this.#log = log;
  }

  /** @throws AppError 404 COMMENT_NOT_FOUND, 403 COMMENT_FORBIDDEN */
  execute(id: bigint): Promise<void> {
    const actor = requireCaller();
    return this.#views.as(async (view) => {
      const record = await view.find(id);
      if (!record) throw commentNotFound();
      const subject = view.subject(await this.#records.subject(record.subject));
      const deleted = record.state === comment.CommentState.DELETED;
      if (!canDelete(actor, asVisible(record), subject.ownerId)) {
        throw view.canRead(record) ? commentForbidden() : commentNotFound();
      }
      if (deleted) return;
      if (!moderates(actor)) checkOpen(subject);
      await this.#accept(record, actor);
    });
  }

  #accept({ id, subject }: CommentRecord, actor: Caller): Promise<void> {
    const change = { case: 'delete', value: { commentId: id } } as const;
    return this.#log.accept({ id: this.#log.nextId(subject), subject, actor, change });
  }
}

/** Who might have deleted it may hear that it is deleted. */
const asVisible = (record: CommentRecord): CommentRecord => ({
  ...record,
  state: comment.CommentState.VISIBLE,
});
