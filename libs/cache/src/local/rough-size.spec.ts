import { describe, expect, it } from '@jest/globals';
import { roughSize } from './rough-size.js';

describe('the rough size of a value', () => {
  it.each<[string, unknown, number]>([
    ['nothing', undefined, 8],
    ['a big integer', 5n, 8],
    ['a text', 'four', 24],
    ['bytes', new Uint8Array(100), 116],
    ['an object', { a: 'four', b: [1, 2] }, 16 + 24 + 16 + 16],
    ['a map', new Map([['four', new Set([1])]]), 16 + 24 + 16 + 8],
  ])('is the sum of its parts: %s', (_, value, bytes) => {
    expect(roughSize(value)).toBe(bytes);
  });

  it('ends for what holds itself', () => {
    const value: { self?: object } = {};
    value.self = value;
    expect(roughSize(value)).toBe(16);
  });
});
