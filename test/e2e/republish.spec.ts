import { expect, it } from '@jest/globals';
import { Client } from '../support/client.js';
import { Commenting, newSubject, soon } from '../support/commenting.js';
import { Product } from '../support/product.js';
import { ownProcessOnly } from '../support/topology/topology.js';
import { runTool } from '../support/topology/run-tool.js';
import { temporaryFolder } from '@storey/testing';

ownProcessOnly('the tool wants the settings of every store').it(
  'npm run republish sends again what was sent since, and nothing comes of it twice',
  async () => {
    await using product = await Product.start();
    const commenting = new Commenting(() => product);
    const since = new Date(Date.now() - 1000).toISOString();
    const path = newSubject();
    const author = await new Client(() => product.url).register();
    const reader = await new Client(() => product.url).register();
    const root = await commenting.posted(author, path, 'Told of once.');
    await commenting.posted(reader, path, 'An answer.', { parentId: root.id });
    const told = async (): Promise<number> =>
      (await author.get('/web/v1/notifications')).body.notifications.length;
    await soon(async () => expect(await told()).toBe(1));
    await product.stop();
    const args = ['--domain', 'comment', '--since', since, '--rate', '1'];
    const { code, said } = await product.run('republish', ...args);
    expect([code, said]).toEqual([0, expect.stringMatching(/^comment: [2-9] messages will be sent again/m)]);
    expect(said).toMatch(/^comment: [1-9] rows made ready so far$/m);
    const parked = await product.run('republish', '--domain', 'comment', '--parked');
    expect([parked.code, parked.said]).toEqual([0, expect.stringMatching(/^comment: 0 messages/m)]);
    await product.begin();
    const sent = 'storey_outbox_rows{state="ready",app="comment-job"} 0';
    await soon(async () => expect(await product.metrics()).toContain(sent));
    expect(await told()).toBe(1);
    expect((await commenting.anyone().get(`${path}/counts`)).body.counts).toEqual({ roots: 1, all: 2 });
  },
  120_000,
);

it.each([
  [['--since', '2026-01-31T12:00:00Z'], 'Which domain?'],
  [['--domain', 'videos', '--parked'], 'Which domain?'],
  [['--domain', 'comment'], 'Since when'],
  [['--domain', 'comment', '--parked', '--since', '2026-01-31T12:00:00Z'], 'Since when'],
  [['--domain', 'comment', '--since', 'yesterday'], 'is no time'],
  [['--domain', 'comment', '--since', '2020-01-31T12:00:00Z'], 'kept for 48 h'],
  [['--domain', 'comment', '--since', '2999-01-31T12:00:00Z'], 'yet to come'],
  [['--domain', 'comment', '--parked', '--rate', '0'], 'is no rate'],
  [['--domain', 'comment', '--parked', '--rate', 'fast'], 'is no rate'],
  [['--everything'], "Unknown option '--everything'"],
])('npm run republish refuses %j in a line', async (args, why) => {
  using folder = temporaryFolder();
  const { code, said } = await runTool('republish', args, { DATA_DIR: folder.path });
  expect([code, said.trim().split('\n').length]).toEqual([1, 1]);
  expect(said).toContain(why);
});
