import { type CommentRecord } from '@storey/comment';
import { comment } from '@storey/contracts';
import { commentNotFound } from '../errors.js';
import { type Records } from '../viewing/records.js';
import { type View } from '../viewing/view.js';
import { type Views } from '../viewing/views.js';
import { OwnComments } from './own-comments.js';
import { type Walked } from './walk.js';
import { isFirstPage, nextPosition, type WalkRequest, type Walks } from './walks.js';

export interface RepliesRequest extends WalkRequest {
  readonly rootId: bigint;
}

export interface ReplyList {
  readonly root: comment.Comment;
  readonly comments: comment.Comment[];
  readonly nextPosition: Uint8Array;
  readonly degraded: string[];
}

/** Every reply under a root, flat. */
export class ListReplies {
  readonly #views: Views;
  readonly #records: Records;
  readonly #walks: Walks;

  constructor(views: Views, records: Records, walks: Walks) {
    this.#views = views;
    this.#records = records;
    this.#walks = walks;
  }

  /** @throws AppError 404 COMMENT_NOT_FOUND for what is no root, or none that the caller may read. */
  execute(request: RepliesRequest): Promise<ReplyList> {
    return this.#views.as((view) => this.#list(request, view));
  }

  async #list(request: RepliesRequest, view: View): Promise<ReplyList> {
    const root = await view.find(request.rootId);
    if (!root || root.rootId !== 0n || !view.canRead(root)) throw commentNotFound();
    const subject = await this.#records.subject(root.subject);
    const closed = subject.state === comment.SubjectState.CLOSED;
    // A pending root (subject 0) can have no stored replies.
    const list = { subjectId: closed ? 0n : root.subjectId, rootId: root.id };
    const walked = await this.#walks.page(list, request, view);
    const replies = closed ? [] : await this.#replies(request, root, walked, view);
    const [shownRoot, ...comments] = await view.show([root, ...replies], subject);
    if (!shownRoot) throw commentNotFound();
    return {
      root: shownRoot,
      comments,
      nextPosition: nextPosition(walked),
      degraded: [...view.degraded, ...(walked.unranked ? ['order'] : [])],
    };
  }

  async #replies(
    request: RepliesRequest,
    root: CommentRecord,
    { ids, edge, next }: Walked,
    view: View,
  ): Promise<readonly CommentRecord[]> {
    const stored = await view.stored(ids);
    const page = ids.flatMap((id) => stored.get(id) ?? []).filter(({ shown }) => shown);
    const own = await OwnComments.load(view, this.#records, root.subject);
    if (request.sort === comment.Sort.OLD) return next ? page : [...page, ...own.beyond(root.id, edge)];
    return isFirstPage(request) ? [...own.beyond(root.id, edge).toReversed(), ...page] : page;
  }
}
