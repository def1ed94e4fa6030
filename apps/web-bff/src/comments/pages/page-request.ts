import { type CursorSealer } from '@storey/auth';
import {
  type CommentIdParams,
  type RepliesQuery,
  type RootsQuery,
  type SubjectRefParams,
} from '../params.js';

interface Walk {
  readonly sort: 'hot' | 'new' | 'old';
  readonly limit: number;
  /** Opaque; empty at the beginning. */
  readonly position: Uint8Array;
  /** What a cursor to the next page is good for. */
  readonly scope: string;
}

/** Roots of a subject with their first replies. */
export interface RootsRequest extends Walk {
  readonly kind: 'roots';
  readonly subject: SubjectRefParams;
  /** Where to begin; 0: at the first. */
  readonly floor: bigint;
}

/** Every reply under a root. */
export interface RepliesRequest extends Walk {
  readonly kind: 'replies';
  readonly rootId: bigint;
}

/** One page, asked for in valid terms. Two that ask for the same are the same but for their objects. */
export type PageRequest = RootsRequest | RepliesRequest;

const START = new Uint8Array();

/** @throws AppError invalid COMMON_CURSOR_INVALID */
export function rootsRequest(
  subject: SubjectRefParams,
  { sort, cursor, limit, floor = 0n }: RootsQuery,
  cursors: CursorSealer,
): RootsRequest {
  const scope = `subjects/${subject.type}/${subject.oid}/comments?sort=${sort}`;
  const position = cursor === undefined ? START : cursors.open(scope, cursor);
  return { kind: 'roots', subject, sort, limit, floor, position, scope };
}

/** @throws AppError invalid COMMON_CURSOR_INVALID */
export function repliesRequest(
  { id: rootId }: CommentIdParams,
  { sort, cursor, limit }: RepliesQuery,
  cursors: CursorSealer,
): RepliesRequest {
  const scope = `comments/${rootId}/replies?sort=${sort}`;
  const position = cursor === undefined ? START : cursors.open(scope, cursor);
  return { kind: 'replies', rootId, sort, limit, position, scope };
}

/** Names the page among those of its subject; equal for all who ask for the same. */
export function pageKey(request: PageRequest): string {
  const { sort, limit, position } = request;
  const list = request.kind === 'roots' ? `${request.floor}` : `r${request.rootId}`;
  return `${list}.${sort}.${limit}.${Buffer.from(position).toString('base64url')}`;
}
