import { type CaseFiles, type Comments } from '@storey/comment';
import { type Clock } from '@storey/context';
import { requireModerator } from '../caller.js';
import { commentNotFound } from '../errors.js';
import { moderated, type Moderated } from '../viewing/moderated.js';
import { type Views } from '../viewing/views.js';

export interface Inspection extends Moderated {
  /** Texts that edits replaced, oldest first. */
  readonly edits: { readonly text: string; readonly atMs: bigint }[];
  readonly reports: {
    readonly reason: string;
    readonly note: string;
    readonly reporterId: bigint;
    readonly atMs: bigint;
  }[];
  readonly audit: {
    readonly action: string;
    readonly actorId: bigint;
    readonly reason: string;
    readonly atMs: bigint;
  }[];
}

/** The whole of one comment for a moderator, whatever became of it. From the database, not from what is served. */
export class InspectComment {
  readonly #views: Views;
  readonly #comments: Comments;
  readonly #files: CaseFiles;
  readonly #clock: Clock;

  constructor(views: Views, comments: Comments, files: CaseFiles, clock: Clock) {
    this.#views = views;
    this.#comments = comments;
    this.#files = files;
    this.#clock = clock;
  }

  /** @throws AppError 403 to others, 404 COMMENT_NOT_FOUND. */
  execute(id: bigint): Promise<Inspection> {
    const viewer = requireModerator();
    return this.#views.as(async (view) => {
      const record = await this.#comments.byId(id);
      if (!record) throw commentNotFound();
      const [edits, reports, audit] = await Promise.all([
        this.#comments.editsOf(id),
        this.#files.reportsOf(id),
        this.#files.auditOf(id),
      ]);
      return {
        ...moderated(view.latest(record), viewer, this.#clock.now()),
        edits: edits.map(({ text, at }) => ({ text, atMs: at })),
        reports: reports.map(({ reason, note, user_id, at }) => ({
          reason,
          note,
          reporterId: user_id,
          atMs: at,
        })),
        audit: audit.map(({ action, actor_id, reason, at }) => ({
          action,
          actorId: actor_id,
          reason,
          atMs: at,
        })),
      };
    });
  }
}
