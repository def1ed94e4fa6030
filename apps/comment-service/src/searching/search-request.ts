import { type CommentRecord, type SubjectKey } from '@storey/comment';
import { comment } from '@storey/contracts';
import { invalidRequest } from '@storey/errors';
import { pageSize } from '../listing/limits.js';

const { CommentState, SearchOrder } = comment;

/** What is asked for, checked; what is absent may be anything. */
export interface SearchRequest {
  readonly query?: string;
  readonly authorId?: bigint;
  readonly subject: Partial<SubjectKey>;
  readonly states: readonly comment.CommentState[];
  /** Epoch ms, both inclusive. */
  readonly from?: number;
  readonly to?: number;
  readonly sort: 'relevance' | 'new' | 'old';
  readonly limit: number;
}

const STATES: readonly comment.CommentState[] = [
  CommentState.PENDING,
  CommentState.VISIBLE,
  CommentState.IN_REVIEW,
  CommentState.REJECTED,
  CommentState.HIDDEN,
];
const SORTS = {
  [SearchOrder.RELEVANCE]: 'relevance',
  [SearchOrder.NEW]: 'new',
  [SearchOrder.OLD]: 'old',
} as const;
const MAX_QUERY = 64;

/** @throws AppError invalid */
export function searchRequest(request: comment.SearchCommentsRequest): SearchRequest {
  const { query, authorId, subjectType: type, subjectOid: oid, states, fromMs, toMs, order } = request;
  if ([...query].length > MAX_QUERY) {
    throw invalidRequest([{ path: '/query', message: `must be at most ${MAX_QUERY} characters` }]);
  }
  return {
    ...(query !== '' && { query }),
    ...(authorId !== 0n && { authorId }),
    subject: { ...(type !== '' && { type }), ...(oid !== '' && { oid }) },
    states: states.length > 0 ? states : STATES,
    ...(fromMs !== undefined && { from: Number(fromMs) }),
    ...(toMs !== undefined && { to: Number(toMs) }),
    sort: sortOf(order, query !== ''),
    limit: pageSize(request.limit),
  };
}

/** Without words nothing is more relevant than another: newest first. */
function sortOf(order: comment.SearchOrder, hasWords: boolean): SearchRequest['sort'] {
  const asked = order === SearchOrder.UNSPECIFIED ? 'relevance' : SORTS[order];
  return asked === 'relevance' && !hasWords ? 'new' : asked;
}

/** Whether what the database says of a comment is still what was asked for; `query` is not looked at. */
export function isAskedFor(record: CommentRecord, request: SearchRequest): boolean {
  const { authorId, subject, states, from = -Infinity, to = Infinity } = request;
  const at = Number(record.createdAt);
  return (
    states.includes(record.state) &&
    (authorId === undefined || record.authorId === authorId) &&
    (subject.type === undefined || record.subject.type === subject.type) &&
    (subject.oid === undefined || record.subject.oid === subject.oid) &&
    at >= from &&
    at <= to
  );
}
