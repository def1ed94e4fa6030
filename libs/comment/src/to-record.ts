import { type ContentTable, type CountTable, type IndexTable } from './comment-db.js';
import { type CommentRecord } from './comment-record.js';
import { decodeMentions } from './content/mentions.js';
import { type SubjectKey } from './subject-key.js';

/** The row that the tables of one comment make together. */
export type JoinedRow = IndexTable &
  Pick<ContentTable, 'text' | 'html' | 'mentions'> &
  Pick<CountTable, 'likes' | 'dislikes' | 'replies' | 'reply_floor' | 'reports'> &
  SubjectKey;

/** Rows of the tables as the one value that is read and cached. */
export function toRecord(row: JoinedRow): CommentRecord {
  const { id, state, version, text, html, likes, dislikes, replies, reports, type, oid } = row;
  return {
    id,
    subjectId: row.subject_id,
    subject: { type, oid },
    rootId: row.root_id,
    parentId: row.parent_id,
    floor: row.floor ?? 0n,
    state,
    shown: row.shown === 1,
    authorId: row.author_id,
    replyToUserId: row.reply_to_user_id,
    pinned: row.pinned === 1,
    createdAt: row.created_at,
    editedAt: row.edited_at,
    version,
    reasonCode: row.reason_code,
    reviewReason: row.review_reason,
    text,
    html,
    mentions: decodeMentions(row.mentions),
    likes,
    dislikes,
    replies,
    replyFloor: row.reply_floor,
    reports,
  };
}
