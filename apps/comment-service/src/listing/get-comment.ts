import { showsReplies, toSubject } from '@storey/comment';
import { type comment } from '@storey/contracts';
import { commentNotFound } from '../errors.js';
import { type Records } from '../viewing/records.js';
import { type View } from '../viewing/view.js';
import { type Views } from '../viewing/views.js';

export interface Permalink {
  readonly comment: comment.Comment;
  /** Absent when the comment is a root, or stands under one that the caller may not read. */
  readonly root?: comment.Comment;
  readonly subject: comment.Subject;
  readonly degraded: string[];
}

/** One comment, with what it stands under. */
export class GetComment {
  readonly #views: Views;
  readonly #records: Records;

  constructor(views: Views, records: Records) {
    this.#views = views;
    this.#records = records;
  }

  /** @throws AppError 404 COMMENT_NOT_FOUND for what the caller may not read, too. */
  execute(id: bigint): Promise<Permalink> {
    return this.#views.as((view) => this.#get(id, view));
  }

  async #get(id: bigint, view: View): Promise<Permalink> {
    const record = await view.readable(id);
    if (!record) throw commentNotFound();
    const root = await view.find(record.rootId);
    const subject = view.subject(await this.#records.subject(record.subject));
    const isOpen = root && (showsReplies(root.state) || view.canRead(root));
    const [comment, shownRoot] = await view.show(isOpen ? [record, root] : [record], subject);
    if (!comment) throw commentNotFound();
    const { degraded } = view;
    return { comment, subject: toSubject(subject), degraded, ...(shownRoot && { root: shownRoot }) };
  }
}
