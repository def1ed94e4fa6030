import { execFile } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@storey/testing';
import { Client } from '../support/client.js';
import { Product } from '../support/product.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const EXPORT = join(root, '../shared/data/wordpress-theme-unit-test.wxr.xml');

const SMALL = `<?xml version="1.0"?><rss><channel><link>https://blog.example</link><item><title>T</title><wp:post_id>7</wp:post_id>
${[
  [2, 1, 'a reply'],
  [1, 0, 'a root with <strong>weight</strong>'],
]
  .map(
    ([
      id,
      parent,
      text,
    ]) => `<wp:comment><wp:comment_id>${id}</wp:comment_id><wp:comment_author>Ann</wp:comment_author>
<wp:comment_content><![CDATA[${text}]]></wp:comment_content><wp:comment_approved>1</wp:comment_approved>
<wp:comment_parent>${parent}</wp:comment_parent><wp:comment_date_gmt>2014-01-14 17:32:12</wp:comment_date_gmt></wp:comment>`,
  )
  .join('')}</item></channel></rss>`;

describe('npm run import', () => {
  let product: Product;
  const anyone = new Client(() => product.url);
  beforeAll(async () => {
    product = await Product.start();
  }, 60_000);
  afterAll(() => product[Symbol.asyncDispose]());

  const run = (file: string, env: Record<string, string> = {}): Promise<{ code: number; output: string }> =>
    new Promise((resolve) => {
      const settings = {
        ...process.env,
        ADMIN_USERNAME: 'root',
        ADMIN_PASSWORD: 'correct horse battery',
        STOREY_URL: product.url,
        ...env,
      };
      execFile(
        process.execPath,
        ['tools/import.mjs', file],
        { cwd: root, env: settings },
        (error, stdout, stderr) =>
          resolve({ code: typeof error?.code === 'number' ? error.code : 0, output: stdout + stderr }),
      );
    });
  const counts = async (oid: string): Promise<unknown> =>
    (await anyone.get(`/web/v1/subjects/post/${oid}/counts`)).body.counts;

  it('brings threads in as they were, and a second time nothing', async () => {
    const file = join(product.folder.path, 'small.xml');
    writeFileSync(file, SMALL);
    const first = await run(file);
    expect(first).toMatchObject({
      code: 0,
      output: expect.stringContaining('Done: 2 imported or known from before, 0 skipped.'),
    });
    await eventually(async () => expect(await counts('7')).toEqual({ roots: 1, all: 2 }), {
      timeoutMs: 5000,
    });
    const [comment] = (await anyone.get('/web/v1/subjects/post/7/comments?sort=old')).body.comments;
    expect(comment).toMatchObject({
      floor: 1,
      text: 'a root with **weight**',
      createdAt: '2014-01-14T17:32:12.000Z',
      author: { displayName: 'Ann' },
      replies: [{ floor: 1, text: 'a reply' }],
    });

    expect((await run(file)).code).toBe(0);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(await counts('7')).toEqual({ roots: 1, all: 2 });
  }, 40_000);

  (existsSync(EXPORT) ? it : it.skip)(
    'reads what WordPress itself exports',
    async () => {
      const { code, output } = await run(EXPORT);
      expect(code).toBe(0);
      expect(output).toMatch(/Done: 24 imported or known from before, 8 skipped/);
      await eventually(async () => expect(await counts('1148')).toEqual({ roots: 9, all: 18 }), {
        timeoutMs: 5000,
      });
    },
    40_000,
  );

  it('says in a line what is wrong', async () => {
    await expect(run('/nowhere.xml')).resolves.toMatchObject({
      code: 1,
      output: expect.stringMatching(/^Which file\?/),
    });
    const file = join(product.folder.path, 'small.xml');
    await expect(run(file, { ADMIN_PASSWORD: 'not the password' })).resolves.toMatchObject({
      code: 1,
      output: expect.stringContaining('ACCOUNT_CREDENTIALS_INVALID'),
    });
    await expect(run(file, { STOREY_URL: 'http://127.0.0.1:1' })).resolves.toMatchObject({
      code: 1,
      output: expect.stringContaining('No Storey answers'),
    });
  }, 40_000);
});
