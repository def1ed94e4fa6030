import {
  canEdit,
  checkText,
  isAuthor,
  render,
  toComment,
  type CommentRecord,
  type Mention,
  type SubjectRecord,
} from '@storey/comment';
import { type comment } from '@storey/contracts';
import { AppError } from '@storey/errors';
import { isOutage } from '@storey/events';
import { requireCaller, type Caller } from '../caller.js';
import { commentForbidden, commentNotFound } from '../errors.js';
import { type CommandLog } from '../intake/command-log.js';
import { type Records } from '../viewing/records.js';
import { type View } from '../viewing/view.js';
import { type Views } from '../viewing/views.js';
import { checkOpen } from './subject-open.js';

export interface Edited {
  readonly id: bigint;
  readonly text: string;
  readonly mentions: readonly Mention[];
}

/** Accepts a new text for a comment, from its author, while it is young. */
export class Edit {
  readonly #views: Views;
  readonly #records: Records;
  readonly #log: CommandLog;

  constructor(views: Views, records: Records, log: CommandLog) {
    this.#views = views;
    this.#records = records;
    this.#log = log;
  }

  /** @throws AppError 404, 403 COMMENT_FORBIDDEN, 403 COMMENT_EDIT_WINDOW_OVER. @returns it with its new text. */
  async execute({ id, text: raw, mentions }: Edited): Promise<comment.Comment> {
    const author = requireCaller();
    const text = checkText(raw);
    return this.#views.as(async (view) => {
      const record = await view.find(id);
      if (!record || !view.canRead(record)) throw commentNotFound();
      const at = this.#log.now();
      checkMayEdit(author, record, at);
      const subject = view.subject(await this.#records.subject(record.subject));
      checkOpen(subject);
      await this.#accept(record, author, { text, mentions, at });
      const edited = { ...record, text, mentions, html: render(text, mentions), editedAt: BigInt(at) };
      return shown(view, edited, { author, subject, at });
    });
  }

  async #accept(
    { id, subject }: CommentRecord,
    actor: Caller,
    { text, mentions, at }: Omit<Edited, 'id'> & { readonly at: number },
  ): Promise<void> {
    const named = mentions.map(({ userId, username }) => ({ userId, username }));
    const change = { case: 'edit', value: { commentId: id, text, mentions: named } } as const;
    await this.#log.accept({ id: this.#log.nextId(subject), subject, actor, at, change });
  }
}

function checkMayEdit(author: Caller, record: CommentRecord, now: number): void {
  // As if it were new, so that only its state can speak against it.
  if (!canEdit(author, { ...record, authorId: author.userId, createdAt: BigInt(now) }, now)) {
    throw commentNotFound();
  }
  if (!isAuthor(author, record)) throw commentForbidden();
  if (canEdit(author, record, now)) return;
  throw new AppError({
    kind: 'forbidden',
    code: 'COMMENT_EDIT_WINDOW_OVER',
    message: 'A comment may be edited for 15 minutes.',
  });
}

interface Showing {
  readonly author: Caller;
  readonly subject: SubjectRecord;
  readonly at: number;
}

/** It is accepted: should the author's reaction not be known now, it is shown without. */
async function shown(
  view: View,
  edited: CommentRecord,
  { author, subject, at }: Showing,
): Promise<comment.Comment> {
  try {
    return only(await view.show([edited], subject));
  } catch (error) {
    if (!isOutage(error)) throw error;
    return toComment(edited, { viewer: author, ownerId: subject.ownerId, now: at });
  }
}

function only([shown]: readonly comment.Comment[]): comment.Comment {
  if (!shown) throw commentNotFound();
  return shown;
}
