import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Answer, type Client, type Json } from '../support/client.js';
import { Commenting, soon, newSubject } from '../support/commenting.js';
import { openStream } from '../support/event-stream.js';
import { Product } from '../support/product.js';
import { RESTART_MS } from '../support/topology/topology.js';

describe('reading comments', () => {
  let product: Product;
  let ann: Client;
  let bob: Client;
  const commenting = new Commenting(() => product);
  const { anyone } = commenting;
  const list: Commenting['list'] = (...args) => commenting.list(...args);
  const post: Commenting['post'] = (...args) => commenting.post(...args);
  const posted: Commenting['posted'] = (...args) => commenting.posted(...args);

  beforeAll(async () => {
    product = await Product.start({ LIMITS: 'off' });
    ann = await anyone().register();
    bob = await anyone().register();
  }, 60_000);
  afterAll(() => product[Symbol.asyncDispose]());

  describe('reading', () => {
    it('counts many subjects in one call', async () => {
      const path = newSubject();
      await posted(ann, path, 'one');
      const oid = path.split('/').at(-1);
      expect((await anyone().get(`${path}/counts`)).body).toEqual({ counts: { roots: 1, all: 1 } });
      const answer = await anyone().post('/web/v1/subjects/counts', {
        subjects: [
          { type: 'video', oid },
          { type: 'video', oid: 'never' },
        ],
      });
      expect(answer.body).toEqual({
        counts: { [`video/${oid}`]: { roots: 1, all: 1 }, 'video/never': { roots: 0, all: 0 } },
      });
    });

    it('answers a page that has not changed with 304', async () => {
      const path = newSubject();
      await posted(ann, path, 'one');
      const first = await anyone().get(`${path}/comments?sort=new`);
      const again = await anyone().get(`${path}/comments?sort=new`, {
        headers: { 'if-none-match': first.headers.get('etag') ?? '' },
      });
      expect([again.status, again.text]).toEqual([304, '']);
    });

    it('begins at a floor', async () => {
      const path = newSubject();
      for (let i = 1; i <= 4; i += 1) await posted(ann, path, `text ${i}`);
      const floors = async (query: string): Promise<number[]> =>
        (await list(path, query)).comments.map((each: Json) => each.floor);
      await expect(floors('sort=old&floor=3')).resolves.toEqual([3, 4]);
      await expect(floors('sort=new&floor=3')).resolves.toEqual([3, 2, 1]);
    });

    it.each([
      'limit=0',
      'limit=51',
      'limit=10abc',
      'limit=1.5',
      'limit=-1',
      'sort=best',
      'sort=new&sort=old',
      'floor=x',
      'cursor=zzz',
    ])('refuses %s', async (query) => {
      const answer = await anyone().get(`${newSubject()}/comments?${query}`);
      expect(answer.status).toBe(400);
    });

    it('binds a cursor to its list and order', async () => {
      const path = newSubject();
      for (let i = 0; i < 3; i += 1) await posted(ann, path, `text ${i}`);
      await soon(async () => expect((await list(path, 'sort=new')).comments).toHaveLength(3));
      const { nextCursor } = await list(path, 'sort=new&limit=1');
      const codes = async (p: string, query: string): Promise<string> =>
        (await anyone().get(`${p}/comments?${query}&cursor=${nextCursor}`)).body.code;
      await expect(codes(path, 'sort=old')).resolves.toBe('COMMON_CURSOR_INVALID');
      await expect(codes(newSubject(), 'sort=new')).resolves.toBe('COMMON_CURSOR_INVALID');
      expect((await list(path, `sort=new&limit=1&cursor=${nextCursor}`)).comments[0].floor).toBe(2);
    });

    it.each(['0', '-1', '9223372036854775808', '1e3', '0x1', 'abc'])('has no comment %s', async (id) => {
      const answer: Answer = await anyone().get(`/web/v1/comments/${id}`);
      expect([400, 404]).toContain(answer.status);
    });

    it.each([
      '/web/v1/subjects/Video/1/comments',
      '/web/v1/subjects/video/a%20b/comments',
      `/web/v1/subjects/video/${'x'.repeat(65)}/comments`,
    ])('refuses the subject of %s', async (path) => {
      expect((await anyone().get(path)).status).toBe(400);
    });
  });

  describe('the live stream', () => {
    it('begins with ready, tells what happens in order and resumes behind the last event seen', async () => {
      const path = newSubject();
      const stream = await openStream(`${product.url}${path}/stream`);
      await stream.ready();
      const comment = await post(bob, path, 'live');
      const created = await stream.next();
      expect(created).toMatchObject({
        event: 'comment.created',
        data: { comment: { id: comment.id, floor: 1, author: { id: bob.user?.id } } },
      });
      await ann.put(`/web/v1/comments/${comment.id}/reaction`, { value: 'like' });
      await expect(stream.next()).resolves.toMatchObject({
        event: 'comment.reacted',
        data: { id: comment.id, likes: 1, dislikes: 0 },
      });
      stream.close();

      await bob.patch(`/web/v1/comments/${comment.id}`, { text: 'edited' });
      await bob.delete(`/web/v1/comments/${comment.id}`);
      const resumed = await openStream(`${product.url}${path}/stream`, created.id);
      await expect(resumed.next()).resolves.toMatchObject({ event: 'comment.reacted' });
      await expect(resumed.next()).resolves.toMatchObject({
        event: 'comment.updated',
        data: { comment: { text: 'edited' } },
      });
      await expect(resumed.next()).resolves.toMatchObject({
        event: 'comment.deleted',
        data: { id: comment.id },
      });
      resumed.close();
    }, 30_000);
  });

  it(
    'is as it was after a restart, cursors included',
    async () => {
      const path = newSubject();
      for (let i = 0; i < 5; i += 1) await posted(ann, path, `text ${i}`);
      const { nextCursor } = await list(path, 'sort=old&limit=2');
      await product.crash();
      const page = await list(path, `sort=old&limit=2&cursor=${nextCursor}`);
      expect(page.comments.map((each: Json) => each.floor)).toEqual([3, 4]);
      expect((await ann.get(`${path}/comments?sort=new`)).status).toBe(200);
    },
    RESTART_MS,
  );
});
