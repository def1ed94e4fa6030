import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Answer, type Client, type Json } from '../support/client.js';
import { Commenting, newSubject, soon } from '../support/commenting.js';
import { Product } from '../support/product.js';

/** More reads than make a page hot. */
const MANY = 40;
const QUERY = 'comments?sort=new';

describe('a page that everybody reads', () => {
  let product: Product;
  let ann: Client;
  let bob: Client;
  let path: string;
  let first: Json;
  const commenting = new Commenting(() => product);

  beforeAll(async () => {
    product = await Product.start({ LIMITS: 'off' });
    ann = await commenting.anyone().register();
    bob = await commenting.anyone().register();
    path = newSubject();
    first = await commenting.posted(ann, path, `first ${'and much to say '.repeat(100)}`);
  }, 60_000);
  afterAll(() => product[Symbol.asyncDispose]());

  async function heat(client = commenting.anyone()): Promise<Answer> {
    for (let i = 0; i < MANY; i += 1) await client.get(`${path}/${QUERY}`);
    return client.get(`${path}/${QUERY}`);
  }

  async function hits(): Promise<number> {
    const line = /^storey_page_reads_total\{use="fresh"[^}]*\} (\d+)/m.exec(await product.metrics());
    return Number(line?.[1] ?? 0);
  }

  it('comes from the copy of the process, and compressed to who likes that', async () => {
    await soon(async () => {
      const { headers, body } = await heat();
      expect(headers.get('content-encoding')).toMatch(/^(?:br|gzip)$/);
      expect(body.comments.map(({ id }: Json) => id)).toEqual([first.id]);
    });
    expect(await hits()).toBeGreaterThan(0);
  });

  it('shows each what is his, and nobody what is another’s', async () => {
    const viewerOf = async (client: Client): Promise<Json> => (await heat(client)).body.comments[0].viewer;
    await bob.put(`/web/v1/comments/${first.id}/reaction`, { value: 'like' });
    expect(await viewerOf(ann)).toMatchObject({ reaction: 'none', canEdit: true, canReport: false });
    expect(await viewerOf(bob)).toMatchObject({ reaction: 'like', canEdit: false, canReport: true });
    expect(await viewerOf(commenting.anyone())).toBeNull();
  });

  it('shows what has come and what has gone, though everybody goes on reading', async () => {
    const shown = async (): Promise<string[]> => (await heat()).body.comments.map(({ id }: Json) => id);
    await shown();
    const second = await commenting.post(bob, path, 'second');
    expect((await bob.get(`${path}/${QUERY}`)).body.comments[0].id).toBe(second.id);
    await soon(async () => expect(await shown()).toEqual([second.id, first.id]));
    await bob.delete(`/web/v1/comments/${second.id}`);
    expect((await bob.get(`${path}/${QUERY}`)).body.comments).toHaveLength(1);
    await soon(async () => expect(await shown()).toEqual([first.id]));
  });
});
