import { type Comments } from '@storey/comment';
import { type Clock } from '@storey/context';
import { type comment } from '@storey/contracts';
import { requireModerator } from '../caller.js';
import { commentNotFound } from '../errors.js';
import { wholeComment } from '../viewing/whole-comment.js';

export interface Inspection {
  readonly comment: comment.Comment;
  /** Texts that edits replaced, oldest first. */
  readonly edits: { readonly text: string; readonly atMs: bigint }[];
}

/** The whole of one comment for a moderator, whatever became of it. From the database, not from what is served. */
export class InspectComment {
  readonly #comments: Comments;
  readonly #clock: Clock;

  constructor(comments: Comments, clock: Clock) {
    this.#comments = comments;
    this.#clock = clock;
  }

  /** @throws AppError 403 to others, 404 COMMENT_NOT_FOUND. */
  async execute(id: bigint): Promise<Inspection> {
    const viewer = requireModerator();
    const record = await this.#comments.byId(id);
    if (!record) throw commentNotFound();
    const edits = await this.#comments.editsOf(id);
    return {
      comment: wholeComment(record, viewer, this.#clock.now()),
      edits: edits.map((edit) => ({ text: edit.text, atMs: edit.at })),
    };
  }
}
