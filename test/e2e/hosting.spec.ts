import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Client, type Json } from '../support/client.js';
import { Commenting, newSubject, soon } from '../support/commenting.js';
import { Product } from '../support/product.js';

describe('hosting a subject', () => {
  let product: Product;
  let ann: Client;
  let bob: Client;
  let root: Client;
  const commenting = new Commenting(() => product);
  const { anyone } = commenting;
  const list: Commenting['list'] = (...args) => commenting.list(...args);
  const posted: Commenting['posted'] = (...args) => commenting.posted(...args);

  beforeAll(async () => {
    product = await Product.start({ LIMITS: 'off' });
    ann = await anyone().register();
    bob = await anyone().register();
    root = await anyone().login('root', 'correct horse battery');
  }, 60_000);
  afterAll(() => product[Symbol.asyncDispose]());

  const seenAs = (path: string, subject: object): Promise<void> =>
    soon(async () => expect((await anyone().get(path)).body.subject).toMatchObject(subject));
  const refused = async (answer: Promise<{ status: number; body: Json }>): Promise<unknown> => {
    const { status, body } = await answer;
    return [status, body.code];
  };

  /** A subject of ann, as everybody knows. */
  async function ofAnn(): Promise<string> {
    const path = newSubject();
    const answer = await root.patch(path, { ownerId: ann.user?.id });
    expect([answer.status, answer.body.subject.ownerId]).toEqual([202, ann.user?.id]);
    await seenAs(path, { ownerId: ann.user?.id });
    return path;
  }

  describe('the subject', () => {
    it('is changed by its owner field by field, who reads it so at once, and soon by everybody', async () => {
      const path = await ofAnn();
      await ann.patch(path, { title: 'Film', url: 'https://film.example/1', policy: { minLevel: 2 } });
      const answer = await ann.patch(path, { policy: { mode: 'review_then_post' } });
      const subject = {
        title: 'Film',
        url: 'https://film.example/1',
        policy: { mode: 'review_then_post', minLevel: 2 },
      };
      expect(answer.body.subject).toMatchObject(subject);
      expect((await ann.get(path)).body.subject).toMatchObject(subject);
      expect((await list(path, 'sort=new', ann)).subject).toMatchObject(subject);
      await seenAs(path, subject);
      await soon(async () => expect((await list(path)).subject).toMatchObject(subject));
    });

    it('is nobody else’s to change', async () => {
      const path = await ofAnn();
      expect(await refused(anyone().patch(path, { title: 'x' }))).toEqual([401, 'GATEWAY_TOKEN_REQUIRED']);
      expect(await refused(bob.patch(path, { title: 'x' }))).toEqual([403, 'COMMENT_FORBIDDEN']);
      expect(await refused(ann.patch(path, { ownerId: bob.user?.id }))).toEqual([403, 'GATEWAY_FORBIDDEN']);
      expect(await refused(ann.patch(path, { state: 'shut' }))).toEqual([400, 'COMMON_REQUEST_INVALID']);
      await seenAs(path, { title: null, ownerId: ann.user?.id });
    });

    it('takes no writes while it is read-only, gives nothing while it is closed, and opens again', async () => {
      const path = await ofAnn();
      const { id } = await posted(bob, path, 'first');
      await ann.patch(path, { state: 'read_only' });
      await seenAs(path, { state: 'read_only' });
      await soon(async () =>
        expect(await refused(bob.post(`${path}/comments`, { text: 'second' }))).toEqual([
          403,
          'COMMENT_SUBJECT_CLOSED',
        ]),
      );
      expect(await refused(bob.put(`/web/v1/comments/${id}/reaction`, { value: 'like' }))).toEqual([
        403,
        'COMMENT_SUBJECT_CLOSED',
      ]);
      expect((await list(path)).comments).toHaveLength(1);
      await ann.patch(path, { state: 'closed' });
      expect(await list(path, 'sort=new', ann)).toMatchObject({ subject: { state: 'closed' }, comments: [] });
      await soon(async () => expect((await list(path)).comments).toEqual([]));
      await ann.patch(path, { state: 'open' });
      await soon(async () => expect((await list(path)).comments).toHaveLength(1));
      await soon(async () =>
        expect((await bob.post(`${path}/comments`, { text: 'third' })).status).toBe(202),
      );
    });

    it('asks for a level', async () => {
      const path = await ofAnn();
      await ann.patch(path, { policy: { minLevel: 6 } });
      await soon(async () =>
        expect(await refused(bob.post(`${path}/comments`, { text: 'low' }))).toEqual([
          403,
          'COMMENT_LEVEL_TOO_LOW',
        ]),
      );
    });
  });

  describe('its pins', () => {
    const pinsOf = async (path: string, query = 'sort=new', by = anyone()): Promise<unknown> =>
      (await list(path, query, by)).pinned.map(({ id }: Json) => id);

    it('stand on the first page in every order, apart from the list; a fourth is refused', async () => {
      const path = await ofAnn();
      const ids: string[] = [];
      for (let n = 0; n < 5; n += 1) ids.push((await posted(bob, path, `root ${n}`)).id);
      const [a = '', b = '', c = '', d = '', e = ''] = ids;
      for (const id of [a, b, c]) expect((await ann.put(`/web/v1/comments/${id}/pin`)).status).toBe(202);
      expect(await pinsOf(path, 'sort=hot', ann)).toEqual([c, b, a]);
      expect(await refused(ann.put(`/web/v1/comments/${d}/pin`))).toEqual([409, 'COMMENT_PIN_LIMIT']);
      for (const sort of ['new', 'old', 'hot'])
        await soon(async () => expect(await pinsOf(path, `sort=${sort}`)).toEqual([c, b, a]));
      const page = await list(path, 'sort=new&limit=1');
      expect(page.comments.map(({ id }: Json) => id)).toEqual([e]);
      const next = await list(path, `sort=new&limit=1&cursor=${page.nextCursor}`);
      expect([next.pinned, next.comments.map(({ id }: Json) => id), next.nextCursor]).toEqual([
        [],
        [d],
        null,
      ]);
      expect(page.pinned[0]).toMatchObject({ id: c, pinned: true, replies: [] });
      expect((await ann.delete(`/web/v1/comments/${c}/pin`)).status).toBe(202);
      expect(await pinsOf(path, 'sort=new', ann)).toEqual([b, a]);
      await soon(async () => expect(await pinsOf(path)).toEqual([b, a]));
    });

    it('are set by who hosts, on roots', async () => {
      const path = await ofAnn();
      const { id } = await posted(bob, path, 'mine');
      const reply = await posted(ann, path, 'reply', { parentId: id });
      const pin = `/web/v1/comments/${id}/pin`;
      expect(await refused(anyone().put(pin))).toEqual([401, 'GATEWAY_TOKEN_REQUIRED']);
      expect(await refused(bob.put(pin))).toEqual([403, 'COMMENT_FORBIDDEN']);
      expect(await refused(ann.put(`/web/v1/comments/${reply.id}/pin`))).toEqual([
        422,
        'COMMON_REQUEST_INVALID',
      ]);
      expect(await refused(ann.put('/web/v1/comments/77/pin'))).toEqual([404, 'COMMENT_NOT_FOUND']);
      expect((await root.put(pin)).status).toBe(202);
      await soon(async () => expect(await pinsOf(path)).toEqual([id]));
    });
  });
});
