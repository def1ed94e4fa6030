import { chunkOf, type CommentRecord } from '@storey/comment';
import { comment } from '@storey/contracts';
import { commentNotFound } from '../errors.js';
import { type Records } from '../viewing/records.js';
import { type View } from '../viewing/view.js';
import { type Views } from '../viewing/views.js';
import { type Lists } from './lists.js';
import { OwnComments } from './own-comments.js';
import { type Walked } from './walk.js';
import { nextPosition, type WalkRequest, type Walks } from './walks.js';
import { withOwn } from './with-own.js';

export interface RepliesRequest extends WalkRequest {
  readonly rootId: bigint;
}

export interface ReplyList {
  readonly root: comment.Comment;
  readonly comments: comment.Comment[];
  readonly nextPosition: Uint8Array;
  readonly degraded: string[];
  /** Of the subject, which was read before the list and before the root as it is shown. */
  readonly version: bigint;
}

type Root = CommentRecord | undefined;

interface Read {
  readonly root: CommentRecord;
  readonly walked: Walked;
}

/** Every reply under a root, flat. */
export class ListReplies {
  readonly #views: Views;
  readonly #records: Records;
  readonly #lists: Lists;
  readonly #walks: Walks;

  constructor(views: Views, records: Records, lists: Lists, walks: Walks) {
    this.#views = views;
    this.#records = records;
    this.#lists = lists;
    this.#walks = walks;
  }

  /** @throws AppError 404 COMMENT_NOT_FOUND for what is no root, or none that the caller may read. */
  execute(request: RepliesRequest): Promise<ReplyList> {
    const { rootId } = request;
    const root = (): Promise<Root> => this.#records.comment(rootId);
    return this.#views.beside(root, (view, root) => this.#list(request, root, view));
  }

  async #list(request: RepliesRequest, stored: Root, view: View): Promise<ReplyList> {
    const first = readable(stored ? view.latest(stored) : view.pending(request.rootId), view);
    const subject = view.subject(await this.#records.subject(first.subject));
    const closed = subject.state === comment.SubjectState.CLOSED;
    const { root, walked } = await this.#read(request, first, view, closed);
    const replies = closed ? [] : await this.#replies(request, root, walked, view);
    const [shownRoot, ...comments] = await view.show([root, ...replies], subject);
    if (!shownRoot) throw commentNotFound();
    return {
      root: shownRoot,
      comments,
      nextPosition: nextPosition(walked),
      degraded: [...view.degraded, ...(walked.unranked ? ['order'] : [])],
      version: subject.version,
    };
  }

  /**
   * The root alone says which subject to read first, so it is read again beside its list: it may be older than the
   * subject, and lead to an end of the list that is no more.
   */
  async #read(request: RepliesRequest, first: CommentRecord, view: View, closed: boolean): Promise<Read> {
    // A pending root can have no stored replies.
    if (closed || first.subjectId === 0n) {
      return { root: first, walked: await this.#walk(request, { ...first, subjectId: 0n }, view) };
    }
    const [walked, again] = await Promise.all([
      this.#walk(request, first, view),
      this.#records.comment(first.id),
    ]);
    const root = readable(again && view.latest(again), view);
    const sameEnd = endOf(root) === endOf(first);
    return { root, walked: sameEnd ? walked : await this.#walk(request, root, view) };
  }

  #walk(request: RepliesRequest, root: CommentRecord, view: View): Promise<Walked> {
    const { subjectId, id: rootId, replyFloor: last } = root;
    return this.#walks.page({ subjectId, rootId, last }, request, view);
  }

  async #replies(
    request: RepliesRequest,
    root: CommentRecord,
    walked: Walked,
    view: View,
  ): Promise<readonly CommentRecord[]> {
    const { ids } = walked;
    const [stored] = await Promise.all([view.stored(ids), view.reactions(root.subjectId, [root.id, ...ids])]);
    const page = ids.flatMap((id) => stored.get(id) ?? []).filter(({ shown }) => shown);
    const sources = { view, records: this.#records, lists: this.#lists };
    const own = await OwnComments.load(sources, root.subject);
    return withOwn(page, { own, rootId: root.id, walked, request });
  }
}

function readable(root: Root, view: View): CommentRecord {
  if (!root || root.rootId !== 0n || !view.canRead(root)) throw commentNotFound();
  return root;
}

/** The last chunk of its replies. */
const endOf = ({ replyFloor }: CommentRecord): bigint | undefined =>
  replyFloor === 0n ? undefined : chunkOf(replyFloor);
