import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodePosition, encodePosition, type Position } from './positions.js';

const number = fc.bigInt({ min: 0n, max: 2n ** 63n - 1n });
const position: fc.Arbitrary<Position> = fc.oneof(
  fc.record({ kind: fc.constant('floor' as const), floor: number }),
  fc.record({ kind: fc.constant('ranked' as const), epoch: number, top: number, index: number }),
  fc.record({ kind: fc.constant('rest' as const), epoch: number, top: number, floor: number }),
);

describe('a position', () => {
  it('comes back as it went in', () => {
    fc.assert(fc.property(position, (each) => expect(decodePosition(encodePosition(each))).toEqual(each)));
  });

  it('is refused when a byte is missing or added', () => {
    fc.assert(
      fc.property(position, (each) => {
        const bytes = encodePosition(each);
        const invalid = expect.objectContaining({ code: 'COMMON_CURSOR_INVALID' });
        expect(() => decodePosition(bytes.subarray(0, -1))).toThrow(invalid);
        expect(() => decodePosition(Uint8Array.from([...bytes, 1]))).toThrow(invalid);
      }),
    );
  });

  it.each([[[]], [[2, 0, 1]], [[1, 3, 1]], [[1, 0, ...Array.from({ length: 12 }, () => 255), 1]]])(
    'is never made of %j',
    (bytes) => {
      expect(() => decodePosition(Uint8Array.from(bytes))).toThrow(
        expect.objectContaining({ code: 'COMMON_CURSOR_INVALID' }),
      );
    },
  );
});
