import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { mentionedNames, render } from '../index.js';
import { renderMarkup } from './render.js';

/** What a browser could act on: any tag, attribute or scheme that is not on the list. */
const DANGEROUS =
  /<(script|img|svg|iframe|object|style|form|math)|<[^>]+\son\w+=|(javascript|data|vbscript):[^<]*"/i;

describe('render', () => {
  it.each([
    ['**a** _b_ ~~c~~ `d`', '<p dir="auto"><strong>a</strong> <em>b</em> <s>c</s> <code>d</code></p>'],
    ['one\ntwo', '<p dir="auto">one<br />\ntwo</p>'],
    ['> said', '<blockquote>\n<p dir="auto">said</p>\n</blockquote>'],
    ['# no heading', '<p dir="auto"># no heading</p>'],
    [
      '[x](https://a.example/?q=1&r=2)',
      '<p dir="auto"><a href="https://a.example/?q=1&amp;r=2" rel="nofollow ugc noopener">x</a></p>',
    ],
    [
      'see https://a.example/b',
      '<p dir="auto">see <a href="https://a.example/b" rel="nofollow ugc noopener">https://a.example/b</a></p>',
    ],
  ])('makes of %j the HTML %j', (text, html) => {
    expect(render(text)).toBe(html);
  });

  it.each([
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    '<svg onload=alert(1)>',
    '"\'><img src=x onerror=alert(1)>',
    '[x](javascript:alert(1))',
    '[x](JaVaScRiPt:alert(1))',
    '[x](java\nscript:alert(1))',
    '[x](&#106;avascript:alert(1))',
    '[x](data:text/html,<script>alert(1)</script>)',
    '[x](vbscript:msgbox)',
    '[x](//evil.example)',
    '<javascript:alert(1)>',
    '![beacon](https://evil.example/1.gif)',
    '[a]: javascript:alert(1)\n\n[a]',
    '`<script>`</code><script>alert(1)</script>',
    '<span class="mention" data-user-id="1" onclick=alert(1)>x</span>',
    '<a href="https://a.example" onclick="x">y</a>',
  ])('leaves nothing in %j that a browser would act on', (text) => {
    expect(render(text)).not.toMatch(DANGEROUS);
  });

  it('keeps what looks like HTML as words', () => {
    expect(render('a < b && "c" > \'d\'')).toBe('<p dir="auto">a &lt; b &amp;&amp; "c" &gt; \'d\'</p>');
  });

  it.each([
    ['nested emphasis', '*'.repeat(50_000) + 'x' + '*'.repeat(50_000)],
    ['emphasis in turns', '*_'.repeat(25_000)],
    ['open brackets', '['.repeat(50_000)],
    ['open links', '[x]('.repeat(12_500)],
    ['nested quotes', '>'.repeat(50_000) + 'x'],
    ['nested lists', '- '.repeat(25_000) + 'x'],
    ['backticks of rising length', Array.from({ length: 300 }, (_, n) => '`'.repeat(n)).join(' ')],
    ['marks piled on one letter', 'a' + '\u0301'.repeat(30_000)],
    ['at signs', '@'.repeat(50_000)],
    ['a long name', '@' + 'a'.repeat(50_000)],
    ['links in a row', 'https://a.example/'.repeat(2_700)],
  ])('takes %s in its stride, as long as a comment may be and far longer', (_, text) => {
    for (const size of [2_000, 8_000, text.length]) {
      render(text.slice(0, size));
      const begin = process.cpuUsage();
      render(text.slice(0, size));
      const { user, system } = process.cpuUsage(begin);
      expect((user + system) / 1_000).toBeLessThan(size === 8_000 ? 2_000 : 500);
    }
  });

  it('marks up nothing in what no comment can be', () => {
    expect(render('*a*'.repeat(3_000))).toBe(`<p dir="auto">${'*a*'.repeat(3_000)}</p>`);
    expect(render(`<b>${'a'.repeat(8_000)}`)).toContain('&lt;b&gt;');
  });

  it('makes of a line of words what it makes of them the long way', () => {
    const unit = fc.constantFrom(
      ...'aZ7é한漢𐐷 ,.!?\'"()-',
      '  ',
      '1. ',
      '- ',
      '...',
      '(c)',
      '--',
      'http',
      'www.a.example',
    );
    const line = fc
      .tuple(fc.constantFrom(...'aé漢'), fc.array(unit))
      .map(([first, rest]) => [first, ...rest].join(''));
    fc.assert(
      fc.property(line, (text) => expect(render(text)).toBe(renderMarkup(text))),
      { numRuns: 1000 },
    );
  });

  it('piles at most eight marks on a letter', () => {
    expect(render('a' + '\u0301'.repeat(200))).toBe(`<p dir="auto">a${'\u0301'.repeat(8)}</p>`);
  });
});

describe('mentions', () => {
  const ann = { userId: 7n, username: 'ann_b' };

  it('become spans where the name is known', () => {
    expect(render('hi @Ann_B and @bob', [ann])).toBe(
      '<p dir="auto">hi <span class="mention" data-user-id="7">@Ann_B</span> and @bob</p>',
    );
  });

  it.each(['mail ann@ann_b', '`@ann_b`', '@ann_bc', '@@ann_b'])('are not seen in %j', (text) => {
    expect(render(text, [ann])).not.toContain('data-user-id');
  });

  it('are found once each, folded, at most twenty', () => {
    expect(mentionedNames('@Bob, (@ann_b) @bob x@carl @a')).toEqual(['bob', 'ann_b']);
    expect(mentionedNames(Array.from({ length: 30 }, (_, n) => `@user${n}`).join(' '))).toHaveLength(20);
  });
});
