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
  /** Equal for all who ask for the same. */
  readonly name: string;
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
  const name = `${subject.type}/${subject.oid}?${floor}.${nameOf(sort, limit, position)}`;
  return { kind: 'roots', subject, sort, limit, floor, position, scope, name };
}

/** @throws AppError invalid COMMON_CURSOR_INVALID */
export function repliesRequest(
  { id: rootId }: CommentIdParams,
  { sort, cursor, limit }: RepliesQuery,
  cursors: CursorSealer,
): RepliesRequest {
  const scope = `comments/${rootId}/replies?sort=${sort}`;
  const position = cursor === undefined ? START : cursors.open(scope, cursor);
  const name = `?r${rootId}.${nameOf(sort, limit, position)}`;
  return { kind: 'replies', rootId, sort, limit, position, scope, name };
}

const nameOf = (sort: string, limit: number, position: Uint8Array): string =>
  `${sort}.${limit}.${Buffer.from(position).toString('base64url')}`;
