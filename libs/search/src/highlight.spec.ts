import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { finds } from './finds.js';
import { highlight } from './highlight.js';

describe('a highlight', () => {
  it.each([
    ['Hello, World', 'world', 'Hello, <em>World</em>'],
    ['你好世界', '好世', '你<em>好世</em>界'],
    ['你好你好', '你好', '<em>你好你好</em>'],
    ['哈哈哈', '哈哈', '<em>哈哈哈</em>'],
    ['很好', '好', '很<em>好</em>'],
    ['ＨＥＬＬＯ you', 'hello', '<em>ＨＥＬＬＯ</em> you'],
    ['le cafe\u0301.', 'CAFÉ', 'le <em>cafe\u0301</em>.'],
    ['Straße', 'STRASSE', '<em>Straße</em>'],
    ['ｶﾞｯｺｳ', 'ガッ', '<em>ｶﾞｯ</em>ｺｳ'],
    ['㍿です', '会社', '<em>㍿</em>です'],
    ['hi 👍🏽!', '👍', 'hi <em>👍</em>🏽!'],
    ['helloworld', 'hello', 'helloworld'],
    ['one two', 'two one', '<em>one</em> <em>two</em>'],
    ['nothing', '', 'nothing'],
    ['', 'x', ''],
  ])('of %p for %p is %p', (text, query, html) => {
    expect(highlight(text, query)).toBe(html);
  });

  it('escapes the text and takes nothing from the query', () => {
    const html = highlight('<script>alert("x")</script> & \'y\'', '<em> script');
    expect(html).toBe(
      '&lt;<em>script</em>&gt;alert(&quot;x&quot;)&lt;/<em>script</em>&gt; &amp; &#39;y&#39;',
    );
  });

  const particle = fc.constantFrom(...'你好世界abAB <>&"\'é,ß', 'e\u0301', 'ｶﾞ', '👍', '㍿', '\u200b');
  const text = fc.array(particle, { maxLength: 12 }).map((parts) => parts.join(''));

  it('loses nothing, opens what it closes, and marks what is found', () => {
    fc.assert(
      fc.property(text, text, (said, asked) => {
        const html = highlight(said, asked);
        const plain = html.replaceAll(/<\/?em>/g, '');
        expect(plain).not.toMatch(/[<>"']/);
        expect(unescape(plain)).toBe(said);
        expect(html.replaceAll(/<em>[^<]+<\/em>/g, '')).not.toMatch(/<\/?em>/);
        if (finds(said, asked)) expect(html).toContain('<em>');
      }),
      { numRuns: 2000, seed: 3 },
    );
  });

  const unescape = (html: string): string =>
    html
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&quot;', '"')
      .replaceAll('&#39;', "'")
      .replaceAll('&amp;', '&');
});
