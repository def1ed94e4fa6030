import {
  toSubject,
  type CommentRecord,
  type Listings,
  type SubjectKey,
  type SubjectRecord,
} from '@storey/comment';
import { comment } from '@storey/contracts';
import { type Records } from '../viewing/records.js';
import { type View } from '../viewing/view.js';
import { type Views } from '../viewing/views.js';
import { OwnComments } from './own-comments.js';
import { type Walked } from './walk.js';
import { isFirstPage, nextPosition, type WalkRequest, type Walks } from './walks.js';

export interface ListRequest extends WalkRequest {
  readonly subject: SubjectKey;
  /** Replies shown under each root. */
  readonly preview: number;
}

export interface CommentList {
  readonly subject: comment.Subject;
  readonly comments: comment.Comment[];
  readonly nextPosition: Uint8Array;
  readonly degraded: string[];
}

interface Thread {
  readonly root: CommentRecord;
  readonly replies: readonly CommentRecord[];
}

/** Roots of a subject with their first replies, and over them what the viewer did a moment ago. */
export class ListComments {
  readonly #views: Views;
  readonly #records: Records;
  readonly #listings: Listings;
  readonly #walks: Walks;

  constructor(views: Views, records: Records, listings: Listings, walks: Walks) {
    this.#views = views;
    this.#records = records;
    this.#listings = listings;
    this.#walks = walks;
  }

  execute(request: ListRequest): Promise<CommentList> {
    return this.#views.as((view) => this.#list(request, view));
  }

  async #list(request: ListRequest, view: View): Promise<CommentList> {
    const subject = await this.#records.subject(request.subject);
    if (subject.state === comment.SubjectState.CLOSED) {
      return { subject: toSubject(subject), comments: [], nextPosition: new Uint8Array(), degraded: [] };
    }
    const walked = await this.#walks.page({ subjectId: subject.id, rootId: 0n }, request, view);
    const threads = await this.#threads(request, subject, walked, view);
    return {
      subject: toSubject(subject),
      comments: await showThreads(threads, subject, view),
      nextPosition: nextPosition(walked),
      degraded: [...view.degraded, ...(walked.unranked ? ['order'] : [])],
    };
  }

  async #threads(
    request: ListRequest,
    subject: SubjectRecord,
    walked: Walked,
    view: View,
  ): Promise<readonly Thread[]> {
    const stored = await view.stored(walked.ids);
    const roots = walked.ids.flatMap((id) => stored.get(id) ?? []).filter(({ shown }) => shown);
    const answered = roots.filter(({ replies }) => replies > 0n).map(({ id }) => id);
    const previews = await this.#previews(subject, answered, request.preview, view);
    const own = await OwnComments.load(view, this.#records, request.subject);
    const threads = roots.map((root) => {
      const first = previews.get(root.id) ?? [];
      const edge = first.length < request.preview ? (first.at(-1)?.floor ?? 0n) : undefined;
      return { root, replies: [...first, ...own.beyond(root.id, edge)] };
    });
    return withOwn(threads, request, walked, own);
  }

  async #previews(
    subject: SubjectRecord,
    rootIds: readonly bigint[],
    each: number,
    view: View,
  ): Promise<ReadonlyMap<bigint, readonly CommentRecord[]>> {
    const places = await this.#listings.previews(subject.id, rootIds, each);
    const replies = await view.stored([...places.values()].flat().map(({ id }) => id));
    const shown = [...places].map(([rootId, under]) => {
      const records = under.flatMap(({ id }) => replies.get(id) ?? []);
      return [rootId, records.filter((record) => record.shown)] as const;
    });
    return new Map(shown);
  }
}

/** The viewer's own roots that the page can't have: on top of a falling list, at the end of a rising one. */
function withOwn(
  threads: readonly Thread[],
  request: ListRequest,
  { edge, next }: Walked,
  own: OwnComments,
): readonly Thread[] {
  const threadOf = (root: CommentRecord): Thread => ({ root, replies: own.beyond(root.id, 0n) });
  if (request.sort === comment.Sort.OLD) {
    return next ? threads : [...threads, ...own.beyond(0n, edge).map(threadOf)];
  }
  if (!isFirstPage(request)) return threads;
  return [...own.beyond(0n, edge).map(threadOf).reverse(), ...threads];
}

async function showThreads(
  threads: readonly Thread[],
  subject: SubjectRecord,
  view: View,
): Promise<comment.Comment[]> {
  const all = await view.show(
    threads.flatMap(({ root, replies }) => [root, ...replies]),
    subject,
  );
  const shown = new Map(all.map((each) => [each.id, each]));
  return threads.flatMap(({ root, replies }) => {
    const thread = shown.get(root.id);
    if (thread) thread.replies = replies.flatMap(({ id }) => shown.get(id) ?? []);
    return thread ?? [];
  });
}
