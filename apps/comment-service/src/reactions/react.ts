import { isAuthor, type CommentRecord } from '@storey/comment';
import { comment } from '@storey/contracts';
import { invalidRequest } from '@storey/errors';
import { requireCaller, type Caller } from '../caller.js';
import { commentNotFound } from '../errors.js';
import { type CommandLog } from '../intake/command-log.js';
import { checkOpen } from '../posting/subject-open.js';
import { type Records } from '../viewing/records.js';
import { type Views } from '../viewing/views.js';

const { CommentState, Reaction } = comment;

/** Accepts what somebody thinks of a visible comment. The last accepted stands. */
export class React {
  readonly #views: Views;
  readonly #records: Records;
  readonly #log: CommandLog;

  constructor(views: Views, records: Records, log: CommandLog) {
    this.#views = views;
    this.#records = records;
    this.#log = log;
  }

  /** @throws AppError 404 COMMENT_NOT_FOUND for what is not visible, 403 COMMENT_SUBJECT_CLOSED. */
  async execute(id: bigint, value: comment.Reaction): Promise<comment.Reaction> {
    const actor = requireCaller();
    if (!(value in Reaction) || value === Reaction.UNSPECIFIED) {
      throw invalidRequest([{ path: '/value', message: 'is no reaction' }]);
    }
    await this.#views.as(async (view) => {
      const record = await view.readable(id);
      if (!record || !takesReactions(record, actor)) throw commentNotFound();
      checkOpen(view.subject(await this.#records.subject(record.subject)));
      await this.#accept(record, value, actor);
    });
    return value;
  }

  #accept({ id, subject }: CommentRecord, value: comment.Reaction, actor: Caller): Promise<void> {
    const change = { case: 'react', value: { commentId: id, value } } as const;
    return this.#log.accept({ id: this.#log.nextId(subject), subject, actor, change });
  }
}

const takesReactions = (record: CommentRecord, actor: Caller): boolean =>
  record.state === CommentState.VISIBLE || (record.state === CommentState.PENDING && isAuthor(actor, record));
