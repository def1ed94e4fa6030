import { type Comment, type CommentPage, type Sort, type Subject } from './comment.js';

/** A root with what is shown below it. */
export interface Thread extends Comment {
  readonly replies: readonly Comment[];
  /** Where its replies go on; `undefined` while only the preview is there, `null` at their end. */
  readonly repliesCursor?: string | null | undefined;
}

/** What a page of comments shows. Every change makes a new one. */
export interface Listing {
  readonly sort: Sort;
  readonly subject: Subject | null;
  /** The one a link leads to, with its root. It stands above the others and not among them. */
  readonly linked: readonly Thread[];
  readonly pinned: readonly Thread[];
  readonly comments: readonly Thread[];
  /** Arrived while somebody reads: shown when asked for, so that nothing moves under their eyes. */
  readonly fresh: readonly Thread[];
  readonly nextCursor: string | null;
  readonly degraded: readonly string[];
  /** Ids that are gone, so that the same farewell is not counted twice. */
  readonly gone: ReadonlySet<string>;
}

export const emptyListing = (sort: Sort): Listing => ({
  sort,
  subject: null,
  linked: [],
  pinned: [],
  comments: [],
  fresh: [],
  nextCursor: null,
  degraded: [],
  gone: new Set(),
});

export const asThread = (comment: Comment): Thread => ({ ...comment, replies: comment.replies ?? [] });

export function firstPage(sort: Sort, page: CommentPage): Listing {
  return {
    ...emptyListing(sort),
    subject: page.subject,
    pinned: page.pinned.map(asThread),
    comments: page.comments.map(asThread),
    nextCursor: page.nextCursor,
    degraded: page.degraded ?? [],
  };
}

export function nextPage(listing: Listing, page: CommentPage): Listing {
  const more = page.comments.filter(({ id }) => find(listing, id) === undefined).map(asThread);
  const comments = [...listing.comments, ...more];
  return { ...listing, comments, nextCursor: page.nextCursor, degraded: page.degraded ?? [] };
}

/** After a gap in the stream: what the page knows already is renewed, the rest waits as `fresh`. */
export function afterGap(listing: Listing, page: CommentPage): Listing {
  const known = page.comments.filter(({ id }) => find(listing, id) !== undefined);
  const fresh = page.comments.filter(({ id }) => find(listing, id) === undefined).map(asThread);
  const renewed = known.reduce((state, comment) => change(state, comment.id, renewedBy(comment)), listing);
  return { ...renewed, subject: page.subject, fresh: [...fresh, ...renewed.fresh] };
}

export function find(listing: Listing, id: string): Comment | undefined {
  for (const thread of threads(listing)) {
    if (thread.id === id) return thread;
    const reply = thread.replies.find((each) => each.id === id);
    if (reply !== undefined) return reply;
  }
  return undefined;
}

export const threads = ({ linked, pinned, comments, fresh }: Listing): readonly Thread[] => [
  ...linked,
  ...pinned,
  ...comments,
  ...fresh,
];

export function mapThreads(listing: Listing, change: (thread: Thread) => Thread): Listing {
  const { linked, pinned, comments, fresh } = listing;
  return {
    ...listing,
    linked: linked.map(change),
    pinned: pinned.map(change),
    comments: comments.map(change),
    fresh: fresh.map(change),
  };
}

/** Changes one comment wherever it stands. */
export function change(listing: Listing, id: string, to: (comment: Comment) => Comment): Listing {
  return mapThreads(listing, (thread) => {
    if (thread.id === id) return { ...thread, ...to(thread) };
    if (!thread.replies.some((reply) => reply.id === id)) return thread;
    return { ...thread, replies: thread.replies.map((reply) => (reply.id === id ? to(reply) : reply)) };
  });
}

/** The newer text and numbers, without losing what only the viewer's own read told. */
export function renewedBy(newer: Comment): (comment: Comment) => Comment {
  const { replies: _, ...rest } = newer;
  return (comment) => ({ ...comment, ...rest, viewer: newer.viewer ?? comment.viewer });
}

export function counted(listing: Listing, by: number, isRoot: boolean): Listing {
  const { subject } = listing;
  if (subject === null) return listing;
  const { roots, all } = subject.counts;
  const counts = { roots: Math.max(0, roots + (isRoot ? by : 0)), all: Math.max(0, all + by) };
  return { ...listing, subject: { ...subject, counts } };
}
