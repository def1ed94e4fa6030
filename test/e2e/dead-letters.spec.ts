import { expect } from '@jest/globals';
import { openEventLog } from '@storey/events';
import { Client, type Json } from '../support/client.js';
import { newOid, soon } from '../support/commenting.js';
import { Product } from '../support/product.js';
import { ownProcessOnly } from '../support/topology/topology.js';

const PATH = '/admin/v1/dead-letters';

/** As a producer with a defect does. Embedded, the log belongs to one process: the product is stopped. */
async function append(product: Product, key: string, topic = 'comment.commands.v1'): Promise<void> {
  const log = await openEventLog(product.eventsUrl);
  try {
    await log.append(topic, [{ key, value: Uint8Array.of(0xff) }]);
  } finally {
    await log.close();
  }
}

ownProcessOnly('a test writes into the log beside the product').it(
  'a message that nobody can read is shown to administrators, sent again and thrown away',
  async () => {
    await using product = await Product.start();
    const admin = new Client(() => product.url);
    const key = `video/${newOid()}`;
    await product.stop();
    await append(product, key);
    await product.begin();
    await admin.login('root', 'correct horse battery');
    const letters = async (): Promise<Json[]> => (await admin.get(PATH)).body.letters;
    await soon(async () => expect(await letters()).toHaveLength(1));
    const [first] = await letters();
    expect(first).toMatchObject({ topic: 'comment.commands.v1', key, attempts: 1, consumer: 'comment.job' });
    expect(first?.cause).toContain("A command can't be applied");

    const visitor = await new Client(() => product.url).register();
    expect((await visitor.get(PATH)).status).toBe(403);
    expect((await visitor.post(`${PATH}/${first?.id}/replay`, {})).status).toBe(403);

    expect((await admin.post(`${PATH}/${first?.id}/replay`, {})).status).toBe(202);
    await soon(async () => expect((await letters()).map(({ id }) => id)).not.toEqual([first?.id]));
    await soon(async () => expect(await letters()).toHaveLength(1));
    const [second] = await letters();
    expect(second).toMatchObject({ key, consumer: 'comment.job' });
    expect(second?.id).not.toBe(first?.id);
    expect((await admin.post(`${PATH}/${first?.id}/replay`, {})).status).toBe(202);
    expect((await admin.post(`${PATH}/${first?.id}/discard`, {})).status).toBe(404);

    expect((await admin.post(`${PATH}/${second?.id}/discard`, {})).status).toBe(202);
    expect(await letters()).toEqual([]);
    await product.stop();
    await product.begin();
    expect((await admin.post(`${PATH}/${second?.id}/discard`, {})).status).toBe(202);
    expect((await admin.get(PATH)).body).toEqual({ letters: [], nextCursor: null });
    const kept = 'storey_dead_letters_total{topic="comment.commands.v1",consumer="comment.job"';
    expect(await product.metrics()).not.toContain(kept);
  },
  120_000,
);

ownProcessOnly('a test writes into the log beside the product').it(
  'letters of history stand beside those of comments, and go back to where they came from',
  async () => {
    await using product = await Product.start();
    const admin = new Client(() => product.url);
    const history = { topic: 'history.updates.v1', key: '3', consumer: 'history.job' };
    await product.stop();
    await append(product, `video/${newOid()}`);
    await append(product, history.key, history.topic);
    await product.begin();
    await admin.login('root', 'correct horse battery');
    const letters = async (): Promise<Json[]> => (await admin.get(PATH)).body.letters;
    await soon(async () => expect(await letters()).toHaveLength(2));
    const firstPage = (await admin.get(`${PATH}?limit=1`)).body;
    const secondPage = (await admin.get(`${PATH}?limit=1&cursor=${firstPage.nextCursor}`)).body;
    expect([...firstPage.letters, ...secondPage.letters]).toEqual(await letters());
    expect(secondPage.nextCursor).toBeNull();
    const first = (await letters()).find(({ topic }) => topic === history.topic);
    expect(first).toMatchObject({ ...history, id: expect.stringMatching(/^h\d+$/) });

    expect((await admin.post(`${PATH}/${first?.id}/replay`, {})).status).toBe(202);
    const again = async (): Promise<Json | undefined> =>
      (await letters()).find(({ id, topic }) => topic === history.topic && id !== first?.id);
    await soon(async () => expect(await again()).toMatchObject(history));
    expect((await admin.post(`${PATH}/${first?.id}/discard`, {})).status).toBe(404);
    expect((await admin.post(`${PATH}/${(await again())?.id}/discard`, {})).status).toBe(202);
    expect((await letters()).map(({ topic }) => topic)).toEqual(['comment.commands.v1']);
    expect((await admin.post(`${PATH}/x1/discard`, {})).status).toBe(400);
  },
  120_000,
);
