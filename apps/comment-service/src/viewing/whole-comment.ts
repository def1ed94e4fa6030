import { toComment, type CommentRecord, type Person } from '@storey/comment';
import { type comment } from '@storey/contracts';

const MENTION = { $typeName: 'storey.comment.v1.Mention' } as const;

/** A comment as its moderators see it: the words and the author of a deleted one too. @param now epoch ms */
export function wholeComment(record: CommentRecord, viewer: Person, now: number): comment.Comment {
  const { authorId, text, html } = record;
  const mentions = record.mentions.map((each) => ({ ...MENTION, ...each }));
  return { ...toComment(record, { viewer, now }), authorId, text, html, mentions };
}
