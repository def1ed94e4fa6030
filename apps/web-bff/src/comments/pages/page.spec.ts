import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { eventually } from '@storey/testing';
import { Page, type Encoding } from './page.js';
import { usualViewer } from './viewer-text.js';

/** `{"a":"…","viewer":null,"degraded":[]}` with so many bytes of text. */
function page(length: number): Page {
  const head = `{"a":"${'x'.repeat(length)}","viewer":`;
  const body = `${head}null,"degraded":`;
  return new Page({
    bytes: Buffer.from(`${body}[]}`),
    gaps: [{ id: 1n, at: head.length, visible: true, authorId: 11n }],
    tail: body.length,
    degraded: [],
  });
}

describe('Page', () => {
  it.each<[Encoding, (bytes: Buffer) => Buffer]>([
    ['gzip', gunzipSync],
    ['br', brotliDecompressSync],
  ])('has the same bytes in %s, once they are made', async (encoding, decompress) => {
    const large = page(2000);
    expect(large.compressed(encoding)).toBeUndefined();
    const compressed = await eventually(() => {
      const made = large.compressed(encoding);
      if (!made) throw new Error('not made yet');
      return made;
    });
    expect(decompress(compressed).toString()).toBe(large.anonymous.text);
    expect(large.compressed(encoding)).toBe(compressed);
  });

  it('does not compress what is small', async () => {
    const small = page(100);
    expect(small.compressed('br')).toBeUndefined();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(small.compressed('br')).toBeUndefined();
  });

  it('is made once for all who are signed in and have nothing of their own on it', () => {
    const shared = page(10);
    const nothing = { viewers: new Map(), degraded: [] };
    expect(shared.for(nothing)).toBe(shared.for({ ...nothing }));
    expect(shared.for({ ...nothing, degraded: ['viewer'] })).not.toBe(shared.for(nothing));
  });

  it('is named by what it says', () => {
    const own = (text: string) => ({ viewers: new Map([[1n, text]]), degraded: [] });
    const tags = [page(1).anonymous, page(2).anonymous, page(1).for(own('1')), page(1).for(own('2'))].map(
      ({ etag }) => etag,
    );
    expect(new Set(tags).size).toBe(4);
    expect(page(1).anonymous.etag).toBe(tags[0]);
    for (const tag of tags) expect(tag).toMatch(/^W\/"[\w-]{22}"$/);
  });

  it('has what is a viewer’s own wherever the comment stands', () => {
    const gaps = [1, 6, 11].map((at) => ({ id: at === 6 ? 2n : 1n, at, visible: true, authorId: 0n }));
    const twice = new Page({ bytes: Buffer.from('[null,null,null,[]}'), gaps, tail: 16, degraded: [] });
    const { text } = twice.for({ viewers: new Map([[1n, '{}']]), degraded: ['viewer'] });
    expect(text).toBe(`[{},${usualViewer(true)},{},["viewer"]}`);
  });

  it('says beforehand what it may come to hold', () => {
    const shared = page(3000);
    const { text } = shared.for({ viewers: new Map(), degraded: [] });
    expect(shared.size).toBeGreaterThan(shared.anonymous.text.length + text.length);
  });
});
