import { expect, it } from '@jest/globals';
import { packIds, unpackIds } from './pack-ids.js';

it('ids come out of their bytes as they went in, also from the midst of a buffer', () => {
  const ids = [0n, 1n, 123456789012345678n, 2n ** 63n - 1n];
  const packed = packIds(ids);
  expect(packed).toHaveLength(32);
  expect(unpackIds(packed)).toEqual(ids);
  expect(unpackIds(Buffer.concat([Buffer.alloc(3), packed]).subarray(3))).toEqual(ids);
  expect(unpackIds(packIds([]))).toEqual([]);
});

it('bytes that are no whole ids are refused', () => {
  expect(() => unpackIds(new Uint8Array(12))).toThrow(RangeError);
});
