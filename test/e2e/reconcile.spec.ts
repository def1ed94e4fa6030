import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect } from '@jest/globals';
import { quiet } from '../faults/chaos/quiet.js';
import { Client } from '../support/client.js';
import { Commenting, newSubject, soon } from '../support/commenting.js';
import { Product } from '../support/product.js';
import { Stores } from '../support/stores.js';
import { embeddedOnly, ownProcessOnly } from '../support/topology/topology.js';

/** Comments with answers, deletions and likes, and a history, all of it applied. */
async function live(product: Product): Promise<{ readonly root: string; readonly path: string }> {
  const commenting = new Commenting(() => product);
  const path = newSubject();
  const author = await new Client(() => product.url).register();
  const other = await new Client(() => product.url).register();
  const { id: root } = await commenting.posted(author, path, 'First.');
  const { id: reply } = await commenting.posted(other, path, 'Second.', { parentId: root });
  await commenting.posted(author, path, 'Third.', { parentId: reply });
  await other.put(`/web/v1/comments/${root}/reaction`, { value: 'like' });
  await other.delete(`/web/v1/comments/${reply}`);
  const reports = (count: number): Promise<void> =>
    soon(async () => {
      const line = `storey_history_reports_total{app="history-job"} ${count}\n`;
      expect((await product.metrics()).includes(line)).toBe(true);
    });
  await author.put('/web/v1/history/video/one', { progress: 10 });
  await author.put('/web/v1/history/video/two', { progress: 5 });
  await reports(2);
  await author.delete('/web/v1/history/video/two');
  await reports(3);
  await soon(async () => {
    const { comment } = (await commenting.anyone().get(`/web/v1/comments/${root}`)).body;
    expect(comment).toMatchObject({ likes: 1, replyCount: 1 });
  });
  return { root, path };
}

const nothing = [0, expect.stringMatching(/^0 differences$/m)];

ownProcessOnly('it counts reports, and on compose there are those of others').it(
  'npm run reconcile finds nothing behind a product that was used',
  async () => {
    await using product = await Product.start({ HISTORY_WINDOW_MS: '500' });
    await live(product);
    await product.stop();
    const { code, said } = await product.run('reconcile');
    expect([code, said]).toEqual(nothing);
    const refused = await product.run('reconcile', '--from', 'nowhere');
    expect([refused.code, refused.said]).toEqual([1, expect.stringContaining('There is no "nowhere"')]);
  },
  120_000,
);

embeddedOnly('it breaks the files').it(
  'npm run reconcile names what was broken, ends with 1, and mends it when it is told to',
  async () => {
    await using product = await Product.start({ HISTORY_WINDOW_MS: '500' });
    const { root, path } = await live(product);
    {
      using stores = new Stores(product.folder.path);
      await quiet(() => stores);
    }
    await product.stop();
    const database = new DatabaseSync(join(product.folder.path, 'comment.db'));
    for (const n of [0, 1, 2, 3]) database.exec(`update comment_count_${n} set likes = 7 where id = ${root}`);
    database.close();
    const told = await product.run('reconcile');
    expect([told.code, told.said]).toEqual([
      1,
      expect.stringMatching(new RegExp(`^  likes 1: ${root}$`, 'm')),
    ]);
    const mended = await product.run('reconcile', '--repair');
    expect([mended.code, mended.said]).toEqual(nothing);
    expect(mended.said).toMatch(/^comment rows \d: 0, [12] mended$/m);
    expect((await product.run('reconcile')).code).toBe(0);
    await product.begin();
    const { body } = await new Client(() => product.url).get(`${path}/comments?sort=new`);
    expect(body.comments[0]).toMatchObject({ id: root, likes: 1 });
  },
  120_000,
);
