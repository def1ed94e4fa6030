import { describe, expect, it } from '@jest/globals';
import { type CommentRecord } from '@storey/comment';
import { comment } from '@storey/contracts';
import { withOwn } from './with-own.js';

const { Sort } = comment;

const at = (floor: bigint): CommentRecord => ({ id: floor * 10n, floor }) as CommentRecord;
const waiting = (id: bigint): CommentRecord => ({ id, floor: 0n }) as CommentRecord;

interface Given {
  readonly sort: comment.Sort;
  readonly page: readonly bigint[];
  readonly first?: boolean;
  readonly last?: boolean;
  readonly unranked?: boolean;
}

/** Floors in the order shown; a pending one is negative. What is mine and missing stands on floors 4 and 8. */
function shown({ sort, page, first = true, last = true, unranked = false }: Given): readonly bigint[] {
  const own = { missing: () => [at(4n), at(8n)], pending: () => [waiting(1n), waiting(2n)] };
  const position = first ? new Uint8Array() : Uint8Array.of(1);
  const walked = {
    covers: { above: 0n },
    ...(!last && { next: { kind: 'floor', floor: 1n } as const }),
    unranked,
  };
  const request = { sort, position, limit: 20, floor: 0n };
  const records = withOwn(page.map(at), { own, rootId: 0n, walked, request });
  return records.map(({ id, floor }) => (floor === 0n ? -id : floor));
}

describe('my own comments on a page', () => {
  it.each<[string, Given, readonly bigint[]]>([
    ['on the first of the newest', { sort: Sort.NEW, page: [9n, 5n] }, [-2n, -1n, 9n, 8n, 5n, 4n]],
    ['on a later one', { sort: Sort.NEW, page: [9n, 5n], first: false }, [9n, 8n, 5n, 4n]],
    ['on the last of the oldest', { sort: Sort.OLD, page: [5n, 9n] }, [4n, 5n, 8n, 9n, -1n, -2n]],
    ['on an earlier one', { sort: Sort.OLD, page: [5n, 9n], last: false }, [4n, 5n, 8n, 9n]],
    ['on the first ranked', { sort: Sort.HOT, page: [5n, 9n] }, [-2n, -1n, 8n, 4n, 5n, 9n]],
    ['on a later ranked', { sort: Sort.HOT, page: [5n, 3n], first: false }, [5n, 3n, 8n, 4n]],
    [
      'where there is no ranking',
      { sort: Sort.HOT, page: [9n, 5n], unranked: true },
      [-2n, -1n, 9n, 8n, 5n, 4n],
    ],
  ])('stand, %s', (_, given, floors) => {
    expect(shown(given)).toEqual(floors);
  });
});
