import { describe, expect, it } from '@jest/globals';
import { parseReactionId, reactionCodec, reactionId } from './reaction-codec.js';

describe('reactionCodec', () => {
  const reaction = { value: 3, version: 2n ** 62n + 1n };

  it('gives back what it was given', () => {
    expect(reactionCodec.decode(reactionCodec.encode(reaction))).toEqual(reaction);
  });

  it.each([
    ['another shape', Uint8Array.of(99, ...reactionCodec.encode(reaction).subarray(1))],
    ['a byte less', reactionCodec.encode(reaction).subarray(0, 9)],
    ['nothing', new Uint8Array()],
  ])('refuses %s', (_, bytes) => {
    expect(() => reactionCodec.decode(bytes)).toThrow(TypeError);
  });
});

describe('reactionId', () => {
  it('says who and on what', () => {
    expect(parseReactionId(reactionId(5n, 2n ** 62n))).toEqual({ userId: 5n, commentId: 2n ** 62n });
  });
});
