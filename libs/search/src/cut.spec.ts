import { describe, expect, it } from '@jest/globals';
import { tokensOf } from './cut.js';

describe('cutting', () => {
  it.each([
    ['Hello, 你好吗!', 'hello 你好 好吗 吗'],
    ['你好,好吗', '你好 好 好吗 吗'],
    ['好', '好'],
    ['ＡＢＣ１２３', 'abc123'],
    ['ﬁne ½ ㍿', 'fine 1 2 株式 式会 会社 社'],
    ['STRASSE straße', 'strasse strasse'],
    ['ΟΔΟΣ οδος', 'οδοσ οδοσ'],
    ['e\u0301te\u0301 été', 'été été'],
    ['ｶﾞｯｺｳ ガッコウ', 'ガッ ッコ コウ ウ ガッ ッコ コウ ウ'],
    ['\u1112\u1161\u11ab\u1100\u116e\u11a8', '한국 국'],
    ['iPhone手机2', 'iphone 手机 机 2'],
    ['👍🏽👍 ❤️', '👍 👍 ❤'],
    ['a_b-c.d', 'a b c d'],
    ['zero\u200bwidth', 'zerowidth'],
    ['हिन्दी', 'हिन्दी'],
    [' ,。！', ''],
    ['', ''],
  ])('makes of %p %p', (text, tokens) => {
    expect(tokensOf(text).join(' ')).toBe(tokens);
  });

  it('counts the first 64 characters of a word', () => {
    expect(tokensOf('x'.repeat(100))).toEqual(['x'.repeat(64)]);
  });

  it('is bounded, whatever the text', () => {
    expect(tokensOf('好a'.repeat(30_000))).toHaveLength(16_384);
    expect(tokensOf(`e${'\u0301\u0316'.repeat(30_000)}`)).toHaveLength(1);
  });
});
