import { chunkId, chunkOf, ownReactionsId } from '@storey/comment';
import { comment, type commentEvents } from '@storey/contracts';

/** Cached things that one event changes, besides its subject. */
export interface Touched {
  readonly comments: readonly bigint[];
  /** By `chunkId`. */
  readonly places: readonly string[];
  /** By `ownReactionsId`. */
  readonly reactions: readonly string[];
  /** Something is to be seen no more: what is kept of it may not even be shown as stale. */
  readonly atOnce: boolean;
  /** Those of the comments that are not to be seen as they were, not even while nothing newer can be had. */
  readonly hidden: readonly bigint[];
  /** Nor may anybody go by what the subject was: it decides who may write. */
  readonly rules: boolean;
}

const NOTHING: Touched = {
  comments: [],
  places: [],
  reactions: [],
  atOnce: false,
  hidden: [],
  rules: false,
};

/**
 * The comment itself; those above it, whose counts and marks may have moved; where it stands; and who reacted. An
 * event that moves others in or out of their lists says where these stand.
 */
export function touchedBy({ subjectId, event }: commentEvents.CommentEvent): Touched {
  switch (event.case) {
    case 'created':
    case 'updated':
    case 'rejected':
      return ofComment(subjectId, event.value.comment, event.case === 'updated');
    case 'deleted':
      return ofDeleted(subjectId, event.value);
    case 'reacted': {
      const { commentId, userIds } = event.value;
      const reactions = userIds.map((userId) => ownReactionsId({ userId, subjectId }));
      return { ...NOTHING, comments: [commentId], reactions };
    }
    case 'decided':
      return ofDecided(subjectId, event.value);
    case 'subjectChanged':
      return { ...NOTHING, atOnce: event.value.closed, rules: true };
    case undefined:
      return NOTHING;
  }
}

function ofComment(subjectId: bigint, changed: comment.Comment | undefined, wasThere: boolean): Touched {
  if (!changed) return NOTHING;
  const { id, rootId, parentId, state } = changed;
  const goes = wasThere && state !== comment.CommentState.VISIBLE;
  return {
    ...NOTHING,
    comments: existing(id, rootId, parentId),
    places: placesOf(subjectId, [changed]),
    atOnce: goes,
    hidden: goes ? [id] : [],
  };
}

function ofDeleted(subjectId: bigint, deleted: commentEvents.CommentEvent_Deleted): Touched {
  const { commentId, rootId, parentId, vanishedIds, places } = deleted;
  return {
    ...NOTHING,
    comments: existing(commentId, rootId, parentId, ...vanishedIds),
    places: placesOf(subjectId, places),
    atOnce: true,
    hidden: [commentId, ...vanishedIds],
  };
}

function ofDecided(
  subjectId: bigint,
  { comment: judged, turnedIds, places }: commentEvents.CommentEvent_Decided,
): Touched {
  if (!judged) return NOTHING;
  const { id, rootId, parentId, state } = judged;
  const goes = state !== comment.CommentState.VISIBLE;
  return {
    ...NOTHING,
    comments: existing(id, rootId, parentId, ...turnedIds),
    places: placesOf(subjectId, places),
    atOnce: goes,
    hidden: goes ? [id, ...turnedIds] : [],
  };
}

/** 0 stands for none. */
const existing = (...ids: readonly bigint[]): readonly bigint[] => ids.filter((id) => id !== 0n);

/** What was rejected has no floor, and stands nowhere. */
const placesOf = (
  subjectId: bigint,
  places: readonly { readonly rootId: bigint; readonly floor: bigint }[],
): readonly string[] =>
  places.flatMap(({ rootId, floor }) =>
    floor === 0n ? [] : [chunkId({ subjectId, rootId }, chunkOf(floor))],
  );
