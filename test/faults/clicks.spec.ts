import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@storey/testing';
import { type Client } from '../support/client.js';
import { Commenting, newSubject } from '../support/commenting.js';
import { Product } from '../support/product.js';
import { Dice } from './chaos/dice.js';
import { amount, seed, tell } from './chaos/proof.js';

const CLICKS = amount('PROVE_CLICKS', 400);
const USERS = amount('PROVE_CLICKERS', 16);
const COMMENTS = amount('PROVE_CLICKED', 5);
const CONNECTIONS = amount('PROVE_CONNECTIONS', 8);
const VALUES = ['like', 'dislike', 'none'] as const;

type Value = (typeof VALUES)[number];

interface Clicker {
  readonly client: Client;
  /** By comment. */
  readonly last: Map<string, Value>;
}

describe('clicks at random by many people on few comments', () => {
  const chosen = seed();
  const dice = new Dice(chosen);
  let product: Product;
  let ids: string[];
  const clickers: Clicker[] = [];
  const commenting = new Commenting(() => product);

  beforeAll(async () => {
    tell('clicks', { seed: chosen });
    product = await Product.start({ LIMITS: 'off' });
    const author = await commenting.anyone().register();
    const path = newSubject();
    ids = [];
    for (let n = 0; n < COMMENTS; n += 1)
      ids.push((await commenting.posted(author, path, `comment ${n}`)).id);
    for (let n = 0; n < USERS; n += 1)
      clickers.push({ client: await commenting.anyone().register(), last: new Map() });
  }, 600_000);
  afterAll(() => product[Symbol.asyncDispose]());

  async function click({ client, last }: Clicker, own: Dice): Promise<void> {
    const [id, value] = [own.pick(ids), own.pick(VALUES)];
    const path = `/web/v1/comments/${id}`;
    const { status } = await client.patiently((own) => own.put(`${path}/reaction`, { value }));
    expect(status).toBe(202);
    last.set(id, value);
    // At once, whatever is applied by now and wherever it is read.
    expect(await seenBy(client, id)).toBe(value);
  }

  async function seenBy(client: Client, id: string): Promise<Value> {
    const { status, body } = await client.patiently((own) => own.get(`/web/v1/comments/${id}`));
    expect(status).toBe(200);
    return body.comment.viewer.reaction;
  }

  it('leave each with what he clicked last, at every step, and each comment with just these', async () => {
    const lines = Array.from({ length: CONNECTIONS }, (_, at) =>
      clickers.filter((_clicker, n) => n % CONNECTIONS === at),
    );
    let left = CLICKS;
    await Promise.all(
      lines.map(async (own) => {
        const chance = dice.split();
        while ((left -= 1) >= 0) await click(chance.pick(own), chance);
      }),
    );
    const counted = (id: string, value: Value): number =>
      clickers.filter(({ last }) => last.get(id) === value).length;
    await eventually(
      async () => {
        for (const id of ids) {
          const { likes, dislikes } = (await commenting.anyone().get(`/web/v1/comments/${id}`)).body.comment;
          expect({ id, likes, dislikes }).toEqual({
            id,
            likes: counted(id, 'like'),
            dislikes: counted(id, 'dislike'),
          });
        }
      },
      { timeoutMs: 60_000, everyMs: 100 },
    );
    for (const { client, last } of clickers) {
      for (const [id, value] of last) {
        expect(await seenBy(client, id)).toBe(value);
      }
    }
    tell('clicks', { clicks: CLICKS, users: USERS, comments: COMMENTS });
  }, 1_800_000);
});
