import { cursorInvalid } from '@storey/errors';
import { type SearchSort } from './search.js';

/** Where a hit stands in its order. Equal in every adapter, so that a walk may go on in another. */
export type Position =
  | {
      readonly sort: 'relevance';
      /** 1: the words side by side. */
      readonly exact: number;
      readonly size: number;
      readonly id: bigint;
    }
  | { readonly sort: 'new' | 'old'; readonly at: number; readonly id: bigint };

const VERSION = 1;
const SORTS = ['relevance', 'new', 'old'] as const satisfies readonly SearchSort[];
const LENGTH = 18;

/** Layout: version (1 byte) | sort (1) | exact and size (4 + 4), or `at` (8) | id (8). */
export function encodePosition(position: Position): Uint8Array {
  const bytes = Buffer.alloc(LENGTH);
  bytes[0] = VERSION;
  bytes[1] = SORTS.indexOf(position.sort);
  if (position.sort === 'relevance') {
    bytes.writeInt32BE(position.exact, 2);
    bytes.writeInt32BE(position.size, 6);
  } else bytes.writeBigInt64BE(BigInt(position.at), 2);
  bytes.writeBigInt64BE(position.id, 10);
  return new Uint8Array(bytes);
}

/** @throws AppError invalid COMMON_CURSOR_INVALID for what is no position in this order. */
export function decodePosition(bytes: Uint8Array, sort: SearchSort): Position {
  const view = Buffer.from(bytes);
  if (view.length !== LENGTH || view[0] !== VERSION || SORTS[view[1] ?? -1] !== sort) throw cursorInvalid();
  const id = view.readBigInt64BE(10);
  if (sort !== 'relevance') return { sort, at: Number(view.readBigInt64BE(2)), id };
  return { sort, exact: view.readInt32BE(2), size: view.readInt32BE(6), id };
}

/** The part of a text's length that relevance goes by: 0 for up to one token, one more with each doubling. */
export const sizeOf = (tokens: number): number => Math.ceil(Math.log2(Math.max(1, tokens)));
