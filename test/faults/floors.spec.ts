import { describe, expect, it } from '@jest/globals';
import { eventually } from '@storey/testing';
import { Client } from '../support/client.js';
import { newSubject } from '../support/commenting.js';
import { walk } from '../support/pages.js';
import { Product } from '../support/product.js';

const POSTS = 100;
const USERS = 10;
const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1);

describe('floors', () => {
  it('are exactly 1 to 100 after a hundred posts at the same time, of roots and of replies', async () => {
    await using product = await Product.start({ LIMITS: 'off' });
    const reader = new Client(() => product.url);
    const users = await Promise.all(upTo(USERS).map(() => new Client(() => product.url).register()));
    const subject = newSubject();
    const path = `${subject}/comments`;
    const publishAll = (parentId?: string) =>
      Promise.all(
        upTo(POSTS).map((n) =>
          (users[n % USERS] ?? reader).accept(path, { text: `${parentId} number ${n}`, parentId }),
        ),
      );
    const ids = (await publishAll()).map((answer) => {
      expect([answer.status, answer.text]).toEqual([202, expect.any(String)]);
      return String(answer.body.comment.id);
    });
    const roots = await eventually(async () => {
      const all = await walk(reader, path, { query: { sort: 'old' } });
      expect(all).toHaveLength(POSTS);
      return all;
    });
    expect(roots.map(({ floor }) => floor)).toEqual(upTo(POSTS));
    expect(new Set(roots.map(({ id }) => id))).toEqual(new Set(ids));

    await publishAll(ids[0]);
    await eventually(async () => {
      const replies = await walk(reader, `/web/v1/comments/${ids[0]}/replies`, { query: { sort: 'old' } });
      expect(replies.map(({ floor }) => floor)).toEqual(upTo(POSTS));
    });
    await eventually(async () => {
      const { counts } = (await reader.get(`${subject}/counts`)).body;
      expect(counts).toEqual({ roots: POSTS, all: 2 * POSTS });
    });
  }, 60_000);
});
