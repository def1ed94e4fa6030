import { type CommentRecord } from '@storey/comment';
import { comment } from '@storey/contracts';
import { type OwnComments } from './own-comments.js';
import { type Walked } from './walk.js';
import { isFirstPage, type WalkRequest } from './walks.js';

const { Sort } = comment;

/**
 * A page with the viewer's own comments that it lacks: stored ones where they stand; pending ones on top of a falling
 * list, at the end of a rising one. In the ranking nobody knows where they would stand: they go on top of the first
 * page, and to the end of a later one.
 */
export function withOwn(
  page: readonly CommentRecord[],
  { own, rootId, walked, request }: Own,
): readonly CommentRecord[] {
  const missing = own.missing(rootId, walked.covers, page);
  const pending = own.pending(rootId);
  if (request.sort === Sort.OLD) return [...rising([...page, ...missing]), ...(walked.next ? [] : pending)];
  const onTop = isFirstPage(request) ? pending.toReversed() : [];
  if (request.sort === Sort.NEW || walked.unranked) {
    return [...onTop, ...rising([...page, ...missing]).reverse()];
  }
  const falling = missing.toReversed();
  return isFirstPage(request) ? [...onTop, ...falling, ...page] : [...page, ...falling];
}

/** What a page belongs to. */
export interface Own {
  readonly own: Pick<OwnComments, 'missing' | 'pending'>;
  /** 0 for the roots. */
  readonly rootId: bigint;
  readonly walked: Omit<Walked, 'ids'>;
  readonly request: WalkRequest;
}

const rising = (records: readonly CommentRecord[]): CommentRecord[] =>
  records.toSorted((a, b) => (a.floor < b.floor ? -1 : 1));
