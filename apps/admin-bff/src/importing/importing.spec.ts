import { describe, expect, it } from '@jest/globals';
import { htmlToMarkdown } from './html-to-markdown.js';
import { readWxr, type WxrPost } from './wxr.js';

const comment = (id: number, fields: Record<string, string> = {}): string =>
  `<wp:comment><wp:comment_id>${id}</wp:comment_id>${Object.entries({
    author: 'Ann',
    content: '<![CDATA[Hi &amp; <b>ho</b>]]>',
    ...fields,
  })
    .map(([name, value]) => `<wp:comment_${name}>${value}</wp:comment_${name}>`)
    .join('')}</wp:comment>`;

const file = (...items: string[]): string =>
  `<?xml version="1.0"?><rss><channel><title>Site</title><link>https://blog.example</link>${items.map((item) => `<item><title>T</title><wp:post_id>7</wp:post_id>${item}</item>`).join('')}</channel></rss>`;

async function read(text: string, chunkSize = 1 << 20): Promise<WxrPost[]> {
  const bytes = Buffer.from(text);
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += chunkSize) yield bytes.subarray(at, at + chunkSize);
  }
  const posts: WxrPost[] = [];
  for await (const post of readWxr(chunks())) posts.push(post);
  return posts;
}

describe('readWxr', () => {
  it('gives each post with its comments, CDATA as it stands', async () => {
    const [post] = await read(
      file(
        comment(1, { author_email: 'A@X.org', date_gmt: '2014-01-14 17:32:12', approved: '1', parent: '0' }),
      ),
    );
    expect(post).toEqual({
      id: '7',
      title: 'T',
      site: 'https://blog.example',
      comments: [
        {
          id: '1',
          parentId: '',
          author: 'Ann',
          email: 'a@x.org',
          html: 'Hi &amp; <b>ho</b>',
          approved: '1',
          type: '',
          date: '2014-01-14 17:32:12',
        },
      ],
    });
  });

  it('reads the same whatever the chunks, also inside a character', async () => {
    const text = file(comment(1, { author: '第一👩‍👩‍👧‍👦' }));
    expect(await read(text, 1)).toEqual(await read(text));
  });

  it('puts parents before their replies and survives a circle', async () => {
    const [post] = await read(
      file(
        comment(3, { parent: '2' }) +
          comment(2, { parent: '1' }) +
          comment(1) +
          comment(8, { parent: '9' }) +
          comment(9, { parent: '8' }),
      ),
    );
    const order = post?.comments.map(({ id }) => id) ?? [];
    expect(order.slice(0, 3)).toEqual(['1', '2', '3']);
    expect(order.slice(3).sort()).toEqual(['8', '9']);
  });

  it('takes the local date where the other is missing or zero', async () => {
    const [post] = await read(
      file(comment(1, { date_gmt: '0000-00-00 00:00:00', date: '2010-01-01 00:00:00' }) + comment(2)),
    );
    expect(post?.comments.map(({ date }) => date)).toEqual(['2010-01-01 00:00:00', '']);
  });

  it('is not hurt by a file that ends in the middle, or is no export at all', async () => {
    await expect(read(file(comment(1)).slice(0, -60))).resolves.toEqual([]);
    await expect(read('{"not": "xml"}')).resolves.toEqual([]);
  });
});

describe('htmlToMarkdown', () => {
  it.each([
    ['plain & simple', 'plain & simple'],
    ['a &amp; b &lt;c&gt;', 'a & b <c>'],
    ['<strong>a</strong> <em>b</em> <code>c</code>', '**a** *b* `c`'],
    ['<p>one</p><p>two<br>three</p>', 'one\n\ntwo\nthree'],
    ['<a href="https://x.org/y">z</a>', '[z](https://x.org/y)'],
    ['<a href="javascript:alert(1)">z</a>', 'z'],
    ['a<blockquote>b<br>c</blockquote>d', 'a\n\n> b\n> c\n\nd'],
    ['<ul><li>a</li><li>b</li></ul>', '- a\n- b'],
    ['a\n\n      indented', 'a\n\nindented'],
    ['x<script>alert(1)</script>y', 'xy'],
    ['<blockquote>unclosed', '> unclosed'],
  ])('%s', (html, markdown) => expect(htmlToMarkdown(html)).toBe(markdown));
});
