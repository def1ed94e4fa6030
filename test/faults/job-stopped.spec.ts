import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { eventually } from '@storey/testing';
import { Client } from '../support/client.js';
import { walk } from '../support/pages.js';
import { Product } from '../support/product.js';
import { Stores } from '../support/stores.js';
import { embeddedOnly } from '../support/topology/topology.js';

const WITHOUT_JOB = fileURLToPath(new URL('./without-job.mjs', import.meta.url));
const PATH = '/web/v1/subjects/video/stopped/comments';
const POSTS = 40;

embeddedOnly('reads the database files').describe('while the writer of comments is stopped', () => {
  let product: Product;
  let author: Client;
  let other: Client;
  let stores: Stores;
  /** Visible before; its author deletes it while `planted` answers it, so that nobody can apply `planted`. */
  let doomed: string;
  let liked: string;
  let planted: string;
  let pending: readonly string[];

  const publish = async (client: Client, text: string, parentId?: string): Promise<string> => {
    const { status, body, text: said } = await client.post(PATH, { text, parentId });
    expect([status, said]).toEqual([202, expect.stringContaining('"state":"pending"')]);
    return String(body.comment.id);
  };
  const stateOf = async (client: Client, id: string): Promise<string> => {
    const { status, body } = await client.get(`/web/v1/comments/${id}`);
    return status === 200 ? String(body.comment.state) : String(status);
  };

  beforeAll(async () => {
    product = await Product.start({ LIMITS: 'off' });
    author = await new Client(() => product.url).register();
    other = await new Client(() => product.url).register();
    doomed = await publish(author, 'gone before it is answered');
    liked = await publish(author, 'liked meanwhile');
    await eventually(async () => expect(await stateOf(other, liked)).toBe('visible'));
    await eventually(async () => expect(await stateOf(other, doomed)).toBe('visible'));
    await product.stop();
    await product.begin({}, WITHOUT_JOB);
    stores = new Stores(product.folder.path);
  }, 60_000);
  afterAll(async () => {
    stores[Symbol.dispose]();
    await product[Symbol.asyncDispose]();
  });

  it('everything is accepted, kept and shown to its author alone', async () => {
    const before = stores.sharded('comment', 'comment_index').length;
    const roots = await Promise.all(Array.from({ length: POSTS }, (_, n) => publish(author, `waiting ${n}`)));
    const [parent = '', edited = '', deleted = '', ...rest] = roots;
    const reply = await publish(author, 'an answer to what waits', parent);
    expect((await author.patch(`/web/v1/comments/${edited}`, { text: 'edited meanwhile' })).status).toBe(202);
    expect((await author.delete(`/web/v1/comments/${deleted}`)).status).toBe(202);
    expect((await other.put(`/web/v1/comments/${liked}/reaction`, { value: 'like' })).status).toBe(202);
    expect((await author.delete(`/web/v1/comments/${doomed}`)).status).toBe(202);
    planted = await publish(other, 'an answer to what is gone', doomed);
    pending = [parent, edited, reply, ...rest];

    const page = (await author.get(`${PATH}?sort=new&limit=1`)).body;
    const shown = page.comments.map(({ id }: { id: string }) => id);
    expect(shown).toEqual(expect.arrayContaining([parent, edited, ...rest]));
    expect(shown).not.toContain(deleted);
    expect((await author.get(`/web/v1/comments/${edited}`)).body.comment.text).toBe('edited meanwhile');
    expect(await stateOf(author, parent)).toBe('pending');
    expect(await stateOf(other, parent)).toBe('404');
    expect(stores.sharded('comment', 'comment_index')).toHaveLength(before);
  });

  it('and once it starts nothing stays pending', async () => {
    product.process.signal('SIGUSR2');
    await eventually(() => expect(stores.lags()).toEqual([]));
    for (const id of pending) expect(await stateOf(other, id)).toBe('visible');
    const mine = await walk(author, PATH, { query: { sort: 'old' } });
    expect(mine.map(({ state }) => state)).toEqual(mine.map(() => 'visible'));
    expect(mine.map(({ floor }) => floor)).toEqual(mine.map(({ floor }) => floor).toSorted((a, b) => a - b));
    expect(mine.map(({ id }) => id)).toEqual(
      expect.arrayContaining(pending.filter((id) => id !== pending[2])),
    );
    expect((await other.get(`/web/v1/comments/${pending[1]}`)).body.comment.text).toBe('edited meanwhile');
    expect((await author.get(`/web/v1/comments/${liked}`)).body.comment).toMatchObject({ likes: 1 });
  });

  it('what can no longer be applied ends rejected, is not counted, and its author is told', async () => {
    const { body } = await other.get(`/web/v1/comments/${planted}`);
    expect(body.comment).toMatchObject({
      state: 'rejected',
      reasonCode: 'COMMENT_PARENT_NOT_FOUND',
      floor: null,
    });
    expect(await stateOf(author, planted)).toBe('404');
    const { counts } = (await other.get('/web/v1/subjects/video/stopped/counts')).body;
    expect(counts).toEqual({ roots: POSTS, all: POSTS + 1 }); // + liked − deleted; + reply
    await eventually(async () => {
      const { notifications } = (await other.get('/web/v1/notifications')).body;
      expect(notifications).toEqual([
        expect.objectContaining({ kind: 'moderation', comment: expect.objectContaining({ id: planted }) }),
      ]);
    });
    expect(stores.deadLetters()).toEqual({});
  });
});
