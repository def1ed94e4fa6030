import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isListId, listId, parseListId } from '../index.js';

const id = fc.bigInt({ min: 1n, max: 2n ** 63n - 1n });

describe('the id of a list', () => {
  it('comes back as it went in', () => {
    fc.assert(
      fc.property(id, fc.oneof(id, fc.constant(0n)), (subjectId, rootId) => {
        const text = listId({ subjectId, rootId });
        expect(isListId(text)).toBe(true);
        expect(parseListId(text)).toEqual({ subjectId, rootId });
      }),
    );
  });

  it.each(['', '7', '7/', '/7', '0/7', '7/07', '7/-1', '7/0/0', '7/0 ', 'video/a', `1${'0'.repeat(19)}/0`])(
    'is never %j',
    (text) => expect(isListId(text)).toBe(false),
  );
});
