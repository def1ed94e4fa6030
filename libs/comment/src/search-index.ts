import { comment } from '@storey/contracts';
import { type SearchDocument, type SearchIndex } from '@storey/search';
import { type CommentRecord } from './comment-record.js';

const { CommentState } = comment;

/** Where comments are found by their words. comment-job fills it, comment-service asks it. */
export const commentIndex: SearchIndex = {
  name: 'comments',
  keywords: ['author', 'type', 'oid', 'state'],
};

/** @param version of the subject, not later than `record` was read: it rises with every change of its comments. */
export function searchDocument(record: CommentRecord, version: bigint): SearchDocument {
  const { id, text, authorId, subject, state, createdAt } = record;
  const keywords = { author: String(authorId), ...subject, state: searchState(state) };
  return { id, version, text, keywords, at: Number(createdAt) };
}

/** A state as the index names it, e.g. `in_review`. */
export const searchState = (state: comment.CommentState): string => CommentState[state].toLowerCase();
