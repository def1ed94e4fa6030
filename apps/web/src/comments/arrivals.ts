import { type Comment } from './comment.js';
import {
  asThread,
  change,
  counted,
  find,
  mapThreads,
  renewedBy,
  type Listing,
  type Thread,
} from './listing.js';

/** What the subject's stream tells. */
export type LiveEvent =
  | { readonly name: 'created' | 'updated'; readonly comment: Comment }
  | { readonly name: 'deleted'; readonly id: string }
  | { readonly name: 'reacted'; readonly id: string; readonly likes: number; readonly dislikes: number };

/** So many replies come with a root; more are asked for. */
const PREVIEW = 3;

export function arrived(listing: Listing, event: LiveEvent): Listing {
  switch (event.name) {
    case 'created':
      return created(listing, event.comment);
    case 'updated':
      return change(listing, event.comment.id, renewedBy(event.comment));
    case 'deleted':
      return removed(listing, event.id);
    case 'reacted': {
      const { likes, dislikes } = event;
      return change(listing, event.id, (comment) => ({ ...comment, likes, dislikes }));
    }
  }
}

/** The viewer's own post, the moment it was accepted. Its event may have been faster. */
export function accepted(listing: Listing, comment: Comment): Listing {
  const known = find(listing, comment.id);
  const newest = known === undefined ? comment : { ...known, viewer: comment.viewer ?? known.viewer };
  if (comment.rootId !== null) {
    if (known !== undefined) return change(listing, comment.id, () => newest);
    return underRoot(listing, comment.rootId, (root) => ({ ...root, replies: [...root.replies, newest] }));
  }
  const others = (thread: Thread): boolean => thread.id !== comment.id;
  return {
    ...listing,
    fresh: listing.fresh.filter(others),
    comments: [asThread(newest), ...listing.comments.filter(others)],
  };
}

/** Lets in those that waited. */
export const welcomed = (listing: Listing): Listing => ({
  ...listing,
  comments: [...listing.fresh, ...listing.comments],
  fresh: [],
});

function created(listing: Listing, comment: Comment): Listing {
  if (listing.gone.has(comment.id)) return listing;
  const known = find(listing, comment.id);
  if (known !== undefined && known.state !== 'pending')
    return change(listing, comment.id, renewedBy(comment));
  const isRoot = comment.rootId === null;
  const more = counted(listing, 1, isRoot);
  if (isRoot) return known ? change(more, comment.id, renewedBy(comment)) : newRoot(more, asThread(comment));
  const withCount = underRoot(more, comment.rootId, (root) => ({ ...root, replyCount: root.replyCount + 1 }));
  return known
    ? change(withCount, comment.id, renewedBy(comment))
    : underRoot(withCount, comment.rootId, (root) => shownReply(root, comment));
}

function newRoot(listing: Listing, thread: Thread): Listing {
  if (listing.sort !== 'new') return { ...listing, fresh: [thread, ...listing.fresh] };
  const pending = listing.comments.filter(({ state }) => state === 'pending');
  const rest = listing.comments.filter(({ state }) => state !== 'pending');
  return { ...listing, comments: [...pending, thread, ...rest] };
}

/** Shown when it is the next in what is open; otherwise it counts among the "more replies". */
function shownReply(root: Thread, reply: Comment): Thread {
  const complete =
    root.repliesCursor === null || (root.repliesCursor === undefined && root.replyCount <= PREVIEW);
  return complete ? { ...root, replies: [...root.replies, reply] } : root;
}

/** With replies it stays as a tombstone, as the server has it; without, it is gone. */
export function removed(listing: Listing, id: string): Listing {
  const target = find(listing, id);
  if (listing.gone.has(id)) return listing;
  const marked = { ...listing, gone: new Set([...listing.gone, id]) };
  if (target === undefined) return counted(marked, -1, false);
  const less = target.state === 'visible' ? counted(marked, -1, target.rootId === null) : marked;
  if (hasReplies(listing, target)) return change(less, id, tombstone);
  if (target.rootId === null) return withoutRoot(less, id);
  const by = target.state === 'visible' ? 1 : 0;
  return underRoot(less, target.rootId, (root) => ({
    ...root,
    replyCount: Math.max(0, root.replyCount - by),
    replies: root.replies.filter((reply) => reply.id !== id),
  }));
}

function withoutRoot(listing: Listing, id: string): Listing {
  const others = (thread: Thread): boolean => thread.id !== id;
  return {
    ...listing,
    linked: listing.linked.filter(others),
    pinned: listing.pinned.filter(others),
    comments: listing.comments.filter(others),
    fresh: listing.fresh.filter(others),
  };
}

function hasReplies(listing: Listing, comment: Comment): boolean {
  if (comment.rootId === null) return comment.replyCount > 0;
  const root = find(listing, comment.rootId) as Thread | undefined;
  return root?.replies.some(({ parentId, state }) => parentId === comment.id && state === 'visible') ?? false;
}

const tombstone = (comment: Comment): Comment => ({
  ...comment,
  state: 'deleted',
  text: null,
  html: null,
  author: null,
});

const underRoot = (listing: Listing, rootId: string | null, to: (root: Thread) => Thread): Listing =>
  mapThreads(listing, (thread) => (thread.id === rootId ? to(thread) : thread));
