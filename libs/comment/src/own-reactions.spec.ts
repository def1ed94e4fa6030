import { describe, expect, it } from '@jest/globals';
import { ownReactionsCodec, ownReactionsId, parseOwnReactionsId } from './own-reactions.js';

describe('ownReactionsCodec', () => {
  const byComment = new Map([
    [9n, { value: 3, version: 2n ** 62n + 1n }],
    [2n ** 62n, { value: 1, version: 4n }],
  ]);
  const own = { byComment, from: 9n };

  it.each([own, { byComment: new Map(), from: 0n }])('gives back what it was given', (given) => {
    expect(ownReactionsCodec.decode(ownReactionsCodec.encode(given))).toEqual(given);
  });

  it.each([
    ['another shape', Uint8Array.of(1, ...ownReactionsCodec.encode(own).subarray(1))],
    ['a byte less', ownReactionsCodec.encode(own).subarray(0, -1)],
    ['a head that ends', ownReactionsCodec.encode(own).subarray(0, 5)],
    ['nothing', new Uint8Array()],
  ])('refuses %s', (_, bytes) => {
    expect(() => ownReactionsCodec.decode(bytes)).toThrow(TypeError);
  });
});

describe('ownReactionsId', () => {
  it('says who and where', () => {
    const of = { userId: 5n, subjectId: 2n ** 62n };
    expect(parseOwnReactionsId(ownReactionsId(of))).toEqual(of);
  });
});
