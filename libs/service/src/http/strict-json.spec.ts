import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseStrictJson } from './strict-json.js';

const parse = (text: string): unknown => parseStrictJson(Buffer.from(text));
const refused = (text: string | Buffer): void => {
  expect(() => parseStrictJson(Buffer.from(text as string))).toThrow(
    expect.objectContaining({ kind: 'invalid', code: 'COMMON_REQUEST_INVALID' }),
  );
};

describe('parseStrictJson', () => {
  it('reads whatever JSON.parse reads, unchanged, as long as it means one thing', () => {
    const plain = (value: unknown): boolean => {
      const text = JSON.stringify(value);
      return text.isWellFormed() && !/__proto__|constructor|\\u0000|\\ud[89a-f]/.test(text);
    };
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }).filter(plain), (value) =>
        expect(parse(JSON.stringify(value))).toEqual(JSON.parse(JSON.stringify(value))),
      ),
    );
  });

  it.each([
    ['invalid UTF-8', Buffer.from([0x22, 0xff, 0x22])],
    ['a lone surrogate', '{"a":"\\ud800"}'],
    ['NUL', '{"a":"x\\u0000"}'],
    ['a duplicate key', '{"a":1,"b":{"a":1},"a":2}'],
    ['a duplicate key in disguise', '{"a":1,"\\u0061":2}'],
    ['__proto__', '{"__proto__":{}}'],
    ['constructor', '{"constructor":{"prototype":{}}}'],
    ['an infinite number', '{"a":1e999}'],
    ['NaN', '{"a":NaN}'],
    ['half a document', '{"a":'],
    ['nothing', ''],
    ['33 levels', '['.repeat(33) + ']'.repeat(33)],
    ['500,000 levels', '['.repeat(500_000) + ']'.repeat(500_000)],
  ])('refuses %s', (_name, text) => refused(text));

  it('lets the same key stand in different objects, and 32 levels', () => {
    expect(parse('[{"a":1},{"a":{"a":2}}]')).toEqual([{ a: 1 }, { a: { a: 2 } }]);
    expect(() => parse('['.repeat(32) + ']'.repeat(32))).not.toThrow();
  });

  it('keeps emoji of several code points and Chinese as they are', () => {
    const text = '第一！👩‍👩‍👧‍👦 **bold**';
    expect(parse(JSON.stringify({ text }))).toEqual({ text });
  });
});
