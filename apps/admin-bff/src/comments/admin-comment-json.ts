import { comment as contract } from '@storey/contracts';
import { type UsersById } from './people.js';

const STATES = {
  [contract.CommentState.UNSPECIFIED]: 'pending',
  [contract.CommentState.PENDING]: 'pending',
  [contract.CommentState.VISIBLE]: 'visible',
  [contract.CommentState.IN_REVIEW]: 'in_review',
  [contract.CommentState.REJECTED]: 'rejected',
  [contract.CommentState.HIDDEN]: 'hidden',
  [contract.CommentState.DELETED]: 'deleted',
} as const satisfies Record<contract.CommentState, string>;

/** A comment as the contract shows it to moderators: words and author of deleted ones too. */
export function adminCommentJson(
  comment: contract.Comment,
  moderation: contract.Moderation | undefined,
  people: UsersById,
) {
  return {
    id: String(comment.id),
    subject: { type: comment.subject?.type ?? '', oid: comment.subject?.oid ?? '' },
    rootId: idOrNull(comment.rootId),
    parentId: idOrNull(comment.parentId),
    floor: comment.floor === 0n ? null : Number(comment.floor),
    state: STATES[comment.state],
    reasonCode: comment.reasonCode || null,
    ...whoAndWhat(comment, people),
    createdAt: timeJson(comment.createdAtMs),
    editedAt: comment.editedAtMs === 0n ? null : timeJson(comment.editedAtMs),
    likes: Number(comment.likes),
    dislikes: Number(comment.dislikes),
    replyCount: Number(comment.replyCount),
    pinned: comment.pinned,
    viewer: null,
    reportCount: Number(moderation?.reportCount ?? 0n),
    reviewReason: moderation?.reviewReason || null,
  };
}

function whoAndWhat({ authorId, replyToUserId, text, html, mentions }: contract.Comment, people: UsersById) {
  const author = people.get(authorId);
  return {
    author: {
      ...personJson(authorId, people),
      avatarUrl: author?.avatarUrl || null,
      level: author?.level ?? 0,
      roles: author?.roles ?? [],
    },
    replyTo: replyToUserId === 0n ? null : personJson(replyToUserId, people),
    text,
    html,
    mentions: mentions.map(({ userId }) => personJson(userId, people)),
  };
}

const personJson = (id: bigint, people: UsersById) => ({
  id: String(id),
  displayName: people.get(id)?.displayName || `User ${id}`,
});

/** RFC 3339, UTC, milliseconds. */
export const timeJson = (ms: bigint): string => new Date(Number(ms)).toISOString();

const idOrNull = (id: bigint): string | null => (id === 0n ? null : String(id));
