import { isAuthor } from '@storey/comment';
import { comment } from '@storey/contracts';
import { invalidRequest } from '@storey/errors';
import { requireCaller } from '../caller.js';
import { commentForbidden, commentNotFound } from '../errors.js';
import { type CommandLog } from '../intake/command-log.js';
import { checkOpen } from '../posting/subject-open.js';
import { type Records } from '../viewing/records.js';
import { type Views } from '../viewing/views.js';

const REASONS: readonly string[] = ['spam', 'abuse', 'spoiler', 'illegal', 'other'];
const MAX_NOTE = 1000;

export interface NewReport {
  readonly id: bigint;
  readonly reason: string;
  readonly note: string;
}

/** Accepts that somebody finds a visible comment of another wrong; the writer counts it once a person. */
export class Report {
  readonly #views: Views;
  readonly #records: Records;
  readonly #log: CommandLog;

  constructor(views: Views, records: Records, log: CommandLog) {
    this.#views = views;
    this.#records = records;
    this.#log = log;
  }

  /** @throws AppError 404 COMMENT_NOT_FOUND for what is not visible, 403 COMMENT_FORBIDDEN for one's own, COMMENT_SUBJECT_CLOSED. */
  execute({ id, reason, note }: NewReport): Promise<void> {
    const actor = requireCaller();
    check(reason, note);
    return this.#views.as(async (view) => {
      const record = await view.readable(id);
      if (record && isAuthor(actor, record)) throw commentForbidden('This comment is your own.');
      if (record?.state !== comment.CommentState.VISIBLE) throw commentNotFound();
      const { subject } = record;
      checkOpen(view.subject(await this.#records.subject(subject)));
      const change = { case: 'report', value: { commentId: id, reason, note } } as const;
      // Nothing that its author reads shows it.
      await this.#log.acceptUnseen([{ id: this.#log.nextId(subject), subject, actor, change }]);
    });
  }
}

function check(reason: string, note: string): void {
  if (!REASONS.includes(reason))
    throw invalidRequest([{ path: '/reason', message: `must be one of ${REASONS.join(', ')}` }]);
  if ([...note].length > MAX_NOTE)
    throw invalidRequest([{ path: '/note', message: `may have ${MAX_NOTE} characters` }]);
}
