import { describe, expect, it } from '@jest/globals';
import { chunkId, chunkOf, isChunkId, parseChunkId, placesCodec } from './place-chunks.js';

describe('a chunk of floors', () => {
  it('holds 64 of them, from floor 1', () => {
    expect([1n, 64n, 65n, 128n, 129n].map(chunkOf)).toEqual([0n, 0n, 1n, 1n, 2n]);
  });

  it('is named by its list and number', () => {
    const list = { subjectId: 2n ** 62n, rootId: 7n };
    expect(parseChunkId(chunkId(list, 3n))).toEqual({ ...list, chunk: 3n });
    expect(isChunkId(chunkId(list, 0n))).toBe(true);
  });

  it.each(['', '7/0', '0/0/0', '7/0/0/0', '7/00/0', '7/0/-1', '7/0/x', ' 7/0/0'])('is never %j', (text) => {
    expect(isChunkId(text)).toBe(false);
  });
});

describe('placesCodec', () => {
  const full = Array.from({ length: 64 }, (_, at) => ({
    id: 2n ** 62n - BigInt(at),
    floor: BigInt(at + 65),
  }));

  it.each([
    ['none', []],
    ['one', full.slice(63)],
    ['some', full.filter((_, at) => at % 3 === 1)],
    ['all', full],
  ])('gives back %s', (_, places) => {
    expect(placesCodec.decode(placesCodec.encode(places))).toEqual(places);
  });

  it('takes 9 bytes a place', () => {
    expect([placesCodec.encode([]), placesCodec.encode(full)].map(({ byteLength }) => byteLength)).toEqual([
      1, 585,
    ]);
  });

  it.each([
    ['another shape', Uint8Array.of(99)],
    ['nothing', new Uint8Array()],
    ['half a place', placesCodec.encode(full).subarray(0, 20)],
    ['no place', placesCodec.encode(full).subarray(0, 9)],
  ])('refuses %s', (_, bytes) => {
    expect(() => placesCodec.decode(bytes)).toThrow(TypeError);
  });
});
