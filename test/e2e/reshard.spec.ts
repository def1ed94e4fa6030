import { expect } from '@jest/globals';
import { quiet } from '../faults/chaos/quiet.js';
import { Client } from '../support/client.js';
import { Commenting, newSubject, soon } from '../support/commenting.js';
import { Product } from '../support/product.js';
import { Stores } from '../support/stores.js';
import { embeddedOnly } from '../support/topology/topology.js';

embeddedOnly('it stops the product, and its files are made anew').it(
  'npm run reshard deals rows out over other tables, where the product and npm run reconcile find them',
  async () => {
    await using product = await Product.start({ HISTORY_WINDOW_MS: '500' });
    const commenting = new Commenting(() => product);
    const client = await new Client(() => product.url).register();
    const paths = Array.from({ length: 6 }, () => newSubject());
    for (const path of paths) {
      const { id } = await commenting.posted(client, path, `on ${path}`);
      await commenting.posted(client, path, 'an answer', { parentId: id });
      await client.put(`/web/v1/history/video/${path.split('/').at(-1)}`, { progress: 10 });
    }
    await soon(async () => {
      const line = `storey_history_reports_total{app="history-job"} ${paths.length}\n`;
      expect((await product.metrics()).includes(line)).toBe(true);
    });
    {
      using stores = new Stores(product.folder.path);
      await quiet(() => stores);
    }
    await product.stop();
    for (const [domain, to] of [
      ['comment', '16'],
      ['history', '2'],
    ] as const) {
      const { code, said } = await product.run('reshard', '--domain', domain, '--to', to);
      expect([code, said]).toEqual([
        0,
        expect.stringMatching(new RegExp(`^${domain}: ${to} tables of each$`, 'm')),
      ]);
    }
    expect(await product.run('reconcile')).toMatchObject({
      code: 0,
      said: expect.stringMatching(/^0 differences$/m),
    });
    const refused = await product.run('reshard', '--domain', 'account', '--to', '8');
    expect([refused.code, refused.said]).toEqual([1, expect.stringContaining('Which domain?')]);
    await product.begin();
    await commenting.posted(client, paths[0] ?? '', 'afterwards');
    for (const path of paths) {
      const { body } = await new Client(() => product.url).get(`${path}/comments?sort=old`);
      expect(body.comments[0]).toMatchObject({ text: `on ${path}`, replyCount: 1 });
    }
    const { body } = await client.get('/web/v1/history?limit=50');
    expect(body.records).toHaveLength(paths.length);
    expect(await product.metrics()).toContain(
      'storey_sql_tables{domain="comment",first="64",app="process"} 16',
    );
  },
  180_000,
);
