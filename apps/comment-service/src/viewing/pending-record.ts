import { fromBinary } from '@bufbuild/protobuf';
import { type CommentRecord } from '@storey/comment';
import { comment, type commentEvents } from '@storey/contracts';

/** A published comment that no table has yet, from its command as it lies in its author's overlay. */
export function pendingRecord(command: commentEvents.CommentCommand): CommentRecord | undefined {
  const { command: change } = command;
  if (change.case !== 'publish') return undefined;
  const answer = fromBinary(comment.CommentSchema, change.value.idempotencyResponse);
  const { id, subject, rootId, parentId, replyToUserId, authorId, text, html, mentions } = answer;
  return {
    id,
    subjectId: 0n,
    subject: { type: subject?.type ?? '', oid: subject?.oid ?? '' },
    rootId,
    parentId,
    floor: 0n,
    state: comment.CommentState.PENDING,
    shown: true,
    authorId,
    replyToUserId,
    pinned: false,
    createdAt: answer.createdAtMs,
    editedAt: 0n,
    version: id,
    reasonCode: '',
    reviewReason: '',
    text,
    html,
    mentions,
    likes: 0n,
    dislikes: 0n,
    replies: 0n,
    replyFloor: 0n,
    reports: 0n,
  };
}
