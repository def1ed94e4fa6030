import { brotliCompressSync, constants } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { SeededRandom } from '@storey/context';
import { decodeEntry, encodeEntry, type Codec } from './entry.js';
import { pack, unpack } from './packing.js';

const bytes: Codec<Uint8Array> = { encode: (value) => value, decode: (value) => Uint8Array.from(value) };

describe('an entry', () => {
  it.each([
    ['a value', Uint8Array.of(1, 2, 3)],
    ['an empty value', new Uint8Array()],
    ['nothing', undefined],
  ])('brings %s back, with its times', (_, value) => {
    const entry = { value, freshUntil: 1_780_000_000_123, costMs: 41 };
    expect(decodeEntry(bytes, encodeEntry(bytes, entry, 7))).toEqual(entry);
  });

  it('of the same value written twice is not the same bytes', () => {
    const entry = { value: Uint8Array.of(1), freshUntil: 5, costMs: 0 };
    expect(encodeEntry(bytes, entry, 1)).not.toEqual(encodeEntry(bytes, entry, 2));
  });

  it.each([
    ['an older release', Uint8Array.of(1, 97, 98, 99, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)],
    ['a header cut short', Uint8Array.of(0xc2, 1, 0)],
    ['no bytes at all', new Uint8Array()],
  ])('can not be read when it is of %s', (_, damaged) => {
    expect(() => decodeEntry(bytes, damaged)).toThrow('not an entry');
  });

  it('that is big is packed, where that helps', () => {
    const text = new TextEncoder().encode('all work and no play '.repeat(2000));
    const packed = encodeEntry(bytes, { value: text, freshUntil: 0, costMs: 0 }, 0);
    expect(packed.byteLength).toBeLessThan(text.byteLength / 10);
    expect(decodeEntry(bytes, packed).value).toEqual(text);
    const noise = new SeededRandom(1).bytes(20_000);
    expect(pack(noise)).toEqual({ bytes: noise, packing: 0 });
    const small = new Uint8Array(1000);
    expect(pack(small)).toEqual({ bytes: small, packing: 0 });
  });

  it('is not unpacked when nobody knows how, or when it would be far too big', () => {
    expect(() => unpack(new Uint8Array(), 9)).toThrow('unknown packing 9');
    const bomb = brotliCompressSync(new Uint8Array(64_000_001), {
      params: { [constants.BROTLI_PARAM_QUALITY]: 1 },
    });
    expect(() => unpack(bomb, 1)).toThrow(expect.objectContaining({ code: 'ERR_BUFFER_TOO_LARGE' }));
  });
});
