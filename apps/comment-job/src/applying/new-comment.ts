import { toComment, toRecord } from '@storey/comment';
import { type comment } from '@storey/contracts';
import { type Command } from './command.js';
import { type Comment, type Thread } from './thread.js';

interface Beginning {
  readonly state: comment.CommentState;
  readonly reasonCode?: string;
  /** Why it is held for review; empty when it is not. */
  readonly reviewReason?: string;
  readonly rootId: bigint;
  readonly parentId: bigint;
  readonly replyToUserId: bigint;
}

/** The rows of a comment before it was given a floor or shown. */
export function newComment({ subject }: Thread, command: Command, beginning: Beginning): Comment {
  const { id, actorId, acceptedAt } = command;
  const place = { id, subject_id: subject.id, root_id: beginning.rootId };
  return {
    index: {
      ...place,
      parent_id: beginning.parentId,
      floor: null,
      state: beginning.state,
      shown: 0,
      author_id: actorId,
      reply_to_user_id: beginning.replyToUserId,
      pinned: 0,
      created_at: acceptedAt,
      edited_at: 0n,
      version: id,
      reason_code: beginning.reasonCode ?? '',
      review_reason: beginning.reviewReason ?? '',
    },
    count: { ...place, likes: 0n, dislikes: 0n, replies: 0n, reply_floor: 0n, score: 0, reports: 0n },
  };
}

/** As an anonymous reader would see it, for events. */
export function publicForm({ subject, contents }: Thread, { index, count }: Comment): comment.Comment {
  const content = contents.get(index.id) ?? { text: '', html: '', mentions: '[]' };
  const { type, oid } = subject;
  return toComment(toRecord({ ...count, ...content, ...index, type, oid }), { now: 0 });
}
