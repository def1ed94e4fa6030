import { describe, expect, it } from '@jest/globals';
import { murmur2, partitionOf } from './index.js';

describe('partitionOf', () => {
  // The golden values of org.apache.kafka.common.utils.UtilsTest#testMurmur2.
  it.each([
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ])('hashes %s as Kafka does', (key, hash) => {
    expect(murmur2(new TextEncoder().encode(key))).toBe(hash);
  });

  it('drops the sign bit before it divides, so no partition is negative', () => {
    expect(partitionOf('21', 12)).toBe((-973932308 & 0x7fffffff) % 12);
    expect(partitionOf('abc', 12)).toBe(479470107 % 12);
  });

  it('hashes the UTF-8 bytes of a key and takes an empty one', () => {
    expect(partitionOf('盖楼', 12)).toBe(
      (murmur2(Uint8Array.of(0xe7, 0x9b, 0x96, 0xe6, 0xa5, 0xbc)) & 0x7fffffff) % 12,
    );
    expect(partitionOf('', 12)).toBeLessThan(12);
  });
});
