import { type CommentRecord, type Person } from '@storey/comment';
import { type comment } from '@storey/contracts';
import { wholeComment } from './whole-comment.js';

const MODERATION = { $typeName: 'storey.comment.v1.Moderation' } as const;

/** What only moderators see beside a comment. */
export function moderationOf({ reports, reviewReason }: CommentRecord): comment.Moderation {
  return { ...MODERATION, reportCount: reports, reviewReason };
}

/** A comment as lists of moderators have it. @param now epoch ms */
export function moderated(record: CommentRecord, viewer: Person, now: number) {
  return { comment: wholeComment(record, viewer, now), moderation: moderationOf(record) };
}

export type Moderated = ReturnType<typeof moderated>;
