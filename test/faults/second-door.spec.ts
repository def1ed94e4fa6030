import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, type Answer } from '../support/client.js';
import { Commenting, newSubject, soon } from '../support/commenting.js';
import { walk } from '../support/pages.js';
import { Product } from '../support/product.js';
import { RESTART_MS } from '../support/topology/topology.js';

const LOG_SWITCH = fileURLToPath(new URL('./log-switch.mjs', import.meta.url));
const POSTS = 20;
const FAR_MS = 60_000;
/** How long a busy machine may refuse what it accepts then. */
const REFUSED_MS = 5000;

describe('while the log is away', () => {
  const subject = newSubject();
  const path = `${subject}/comments`;
  let product: Product;
  let author: Client;
  let other: Client;
  /** Everybody knew it before. */
  let known: string;
  let accepted: { readonly ids: readonly string[]; readonly reply: string; readonly deleted: string };

  const commenting = new Commenting(() => product);
  /** Whoever is refused for a moment tries again, as is asked of him. */
  const accept = (ask: () => Promise<Answer>): Promise<Answer> =>
    soon(async () => {
      const answer = await ask();
      expect([answer.status, answer.text]).toEqual([202, expect.any(String)]);
      return answer;
    }, REFUSED_MS);
  const post = async (text: string, parentId?: string): Promise<string> => {
    const answer = await accept(() => author.post(path, { text, parentId }, keyed(text)));
    return String(answer.body.comment.id);
  };
  const keyed = (text: string) => ({ headers: { 'idempotency-key': `door-${text}`.replace(' ', '-') } });
  const byDoor = async (door: string): Promise<number> =>
    [...(await product.metrics()).matchAll(/^storey_comment_accepted_total\{door="(\w+)"[^}]*\} (\d+)$/gm)]
      .filter(([, name]) => name === door)
      .reduce((sum, [, , count]) => sum + Number(count), 0);

  beforeAll(async () => {
    product = await Product.start({ LIMITS: 'off' }, LOG_SWITCH);
    author = await new Client(() => product.url).register();
    other = await new Client(() => product.url).register();
    known = (await commenting.posted(author, subject, 'known')).id;
    await product.loseLog();
  }, RESTART_MS);
  afterAll(async () => {
    await product.findLog();
    await product[Symbol.asyncDispose]();
  }, RESTART_MS);

  it(
    'posts, replies, edits, reactions and deletions are accepted, and their author sees them',
    async () => {
      const before = await byDoor('database');
      const ids: string[] = [];
      for (let n = 0; n < POSTS; n += 1) ids.push(await post(`post ${n}`));
      const [edited = '', deleted = ''] = ids;
      const reply = await post('reply', edited);
      await accept(() => author.patch(`/web/v1/comments/${edited}`, { text: 'first' }));
      await accept(() => author.patch(`/web/v1/comments/${edited}`, { text: 'edited' }));
      await accept(() => author.delete(`/web/v1/comments/${deleted}`));
      await accept(() => other.put(`/web/v1/comments/${known}/reaction`, { value: 'dislike' }));
      await accept(() => other.put(`/web/v1/comments/${known}/reaction`, { value: 'like' }));
      accepted = { ids, reply, deleted };

      const { body } = await author.get(`/web/v1/comments/${edited}`);
      expect(body.comment).toMatchObject({ text: 'edited', state: 'pending' });
      expect((await other.get(`/web/v1/comments/${edited}`)).status).toBe(404);
      expect(await byDoor('database')).toBeGreaterThanOrEqual(before + POSTS + 6);
    },
    RESTART_MS,
  );

  it(
    'and when it is back each is applied once',
    async () => {
      await product.findLog();
      const { ids, reply, deleted } = accepted;
      const left = ids.filter((id) => id !== deleted);
      await soon(async () => {
        const roots = await walk(other, path, { query: { sort: 'old' } });
        expect(new Set(roots.map(({ id }) => id))).toEqual(new Set([known, ...left]));
        expect(roots.every(({ state }) => state === 'visible')).toBe(true);
        const edited = roots.find(({ id }) => id === ids[0]);
        expect([edited.text, edited.replyCount]).toEqual(['edited', 1]);
        expect(roots.find(({ id }) => id === known)).toMatchObject({ likes: 1, dislikes: 0 });
      }, FAR_MS);
      expect((await other.get(`/web/v1/comments/${reply}`)).body.comment).toMatchObject({ floor: 1 });
      expect((await other.get(`/web/v1/comments/${deleted}`)).status).toBe(404);
      const again = await author.post(path, { text: 'post 0' }, keyed('post 0'));
      expect([again.status, again.body.comment.id]).toEqual([202, ids[0]]);
      const next = await commenting.posted(author, subject, 'next');
      expect(next.floor).toBe(POSTS + 2); // known, the posts, this one
    },
    2 * FAR_MS,
  );
});
