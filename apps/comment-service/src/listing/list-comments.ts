import { toSubject, type CommentRecord, type SubjectKey, type SubjectRecord } from '@storey/comment';
import { comment } from '@storey/contracts';
import { type Records } from '../viewing/records.js';
import { type View } from '../viewing/view.js';
import { type Views } from '../viewing/views.js';
import { type Lists } from './lists.js';
import { OwnComments } from './own-comments.js';
import { decodeSetAside, encodeSetAside } from './set-aside.js';
import { readThreads, withOwnReplies, type Thread } from './threads.js';
import { type Walked } from './walk.js';
import { nextPosition, type WalkRequest, type Walks } from './walks.js';
import { withOwn } from './with-own.js';

export interface ListRequest extends WalkRequest {
  readonly subject: SubjectKey;
  /** Replies shown under each root. */
  readonly preview: number;
}

export interface CommentList {
  readonly subject: comment.Subject;
  /** On the first page of a walk, the latest first; none of them is met in `comments`, on any page. */
  readonly pinned: comment.Comment[];
  readonly comments: comment.Comment[];
  readonly nextPosition: Uint8Array;
  readonly degraded: string[];
  /** Of the subject, which was read before all else. */
  readonly version: bigint;
}

interface Threads {
  readonly pinned: readonly Thread[];
  readonly page: readonly Thread[];
}

/** Roots of a subject with their first replies, and over them what the viewer did a moment ago. */
export class ListComments {
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

  execute(request: ListRequest): Promise<CommentList> {
    const subject = (): Promise<SubjectRecord> => this.#records.subject(request.subject);
    return this.#views.beside(subject, (view, subject) => this.#list(request, view.subject(subject), view));
  }

  async #list(request: ListRequest, subject: SubjectRecord, view: View): Promise<CommentList> {
    const shown = { subject: toSubject(subject), version: subject.version };
    if (subject.state === comment.SubjectState.CLOSED) {
      return { ...shown, pinned: [], comments: [], nextPosition: new Uint8Array(), degraded: view.degraded };
    }
    const list = { subjectId: subject.id, rootId: 0n, last: subject.rootFloor };
    const isFirst = request.position.length === 0;
    const { ids, position } = isFirst
      ? { ids: subject.pinnedIds, position: request.position }
      : decodeSetAside(request.position);
    const asked = { ...request, position, but: new Set(ids) };
    const walked = await this.#walks.page(list, asked, view);
    const pinnedIds = isFirst ? ids : [];
    const { pinned, page } = await this.#threads(asked, subject, { ...walked, pinnedIds }, view);
    const comments = await showThreads([...pinned, ...page], subject, view);
    return {
      ...shown,
      pinned: comments.slice(0, pinned.length),
      comments: comments.slice(pinned.length),
      nextPosition: encodeSetAside({ ids, position: nextPosition(walked) }),
      degraded: [...view.degraded, ...(walked.unranked ? ['order'] : [])],
    };
  }

  async #threads(
    request: ListRequest,
    subject: SubjectRecord,
    walked: Walked & { readonly pinnedIds: readonly bigint[] },
    view: View,
  ): Promise<Threads> {
    const { pinnedIds } = walked;
    const under = { subjectId: subject.id, preview: request.preview };
    const ids = [...pinnedIds, ...walked.ids];
    const threads = await readThreads({ view, lists: this.#lists }, under, ids);
    const sources = { view, records: this.#records, lists: this.#lists };
    const own = await OwnComments.load(sources, request.subject);
    const byRoot = new Map(threads.map((thread) => [thread.root.id, thread]));
    const whole = (root: CommentRecord): Thread =>
      withOwnReplies(byRoot.get(root.id) ?? { root, replies: [], covers: { above: 0n } }, own);
    const roots = threads.map(({ root }) => root);
    const isPinned = ({ id }: CommentRecord): boolean => pinnedIds.includes(id);
    const rest = roots.filter((root) => !isPinned(root));
    return {
      pinned: roots.filter(isPinned).map(whole),
      page: withOwn(rest, { own, rootId: 0n, walked, request }).map(whole),
    };
  }
}

async function showThreads(
  threads: readonly Thread[],
  subject: SubjectRecord,
  view: View,
): Promise<comment.Comment[]> {
  const records: CommentRecord[] = threads.flatMap(({ root, replies }) => [root, ...replies]);
  const shown = new Map((await view.show(records, subject)).map((each) => [each.id, each]));
  return threads.flatMap(({ root, replies }) => {
    const thread = shown.get(root.id);
    if (thread) thread.replies = replies.flatMap(({ id }) => shown.get(id) ?? []);
    return thread ?? [];
  });
}
