import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@storey/testing';
import { Client } from '../support/client.js';
import { newSubject } from '../support/commenting.js';
import { Product } from '../support/product.js';

const SOON = { timeoutMs: 20_000 };

describe('who deletes his account', () => {
  let product: Product;
  const person = (): Client => new Client(() => product.url);

  beforeAll(async () => {
    product = await Product.start({ LIMITS: 'off' });
  }, 60_000);
  afterAll(() => product[Symbol.asyncDispose]());

  it('is signed out, watches it being done, and leaves no words and no name', async () => {
    const [gone, other] = [await person().register(), await person().register()];
    const subject = newSubject();
    const post = (who: Client, text: string, parentId?: string) =>
      who.post(`${subject}/comments`, { text, ...(parentId !== undefined && { parentId }) });
    const root = (await post(gone, 'my words')).body.comment;
    const alone = (await post(gone, 'more of them')).body.comment;
    await eventually(
      async () => expect((await other.get(`/web/v1/comments/${root.id}`)).status).toBe(200),
      SOON,
    );
    const reply = (await post(other, 'an answer', root.id)).body.comment;
    await gone.put('/web/v1/history/video/seen', { progress: 50, duration: 100 });

    const begun = await gone.post('/auth/v1/deletion');
    expect([begun.status, begun.body]).toEqual([202, { id: expect.stringMatching(/^\d+$/) }]);
    await eventually(async () => expect((await gone.get('/auth/v1/me')).status).toBe(401));
    const refreshed = await other.post('/auth/v1/refresh', { refreshToken: gone.refreshToken });
    expect(refreshed.body.code).toBe('ACCOUNT_SESSION_REVOKED');
    const username = gone.user?.username ?? '';
    const login = await person().post('/auth/v1/login', { username, password: 'a good password' });
    expect(login.body.code).toBe('ACCOUNT_CREDENTIALS_INVALID');

    const watch = () => person().get(`/auth/v1/deletion/${begun.body.id}`);
    await eventually(async () => expect((await watch()).body.state).toBe('done'), SOON);
    const names = ['sessions', 'comments', 'notifications', 'history', 'profile'];
    expect((await watch()).body.steps).toEqual(names.map((name) => ({ name, state: 'done' })));

    await eventually(async () => {
      const tombstone = await other.get(`/web/v1/comments/${root.id}`);
      expect(tombstone.body.comment).toMatchObject({ state: 'deleted', text: null, author: null });
      expect((await other.get(`/web/v1/comments/${alone.id}`)).status).toBe(404);
      expect((await other.get(`/web/v1/comments/${reply.id}`)).body.comment.text).toBe('an answer');
    }, SOON);
    // The name is free again, and whoever takes it is somebody else.
    const heir = await person().register(username);
    expect(heir.user?.id).not.toBe(gone.user?.id);
    expect((await heir.get('/web/v1/history')).body.records).toEqual([]);
  }, 60_000);

  it('is told that there is nobody else to administer, if so', async () => {
    const root = await person().login('root', 'correct horse battery');
    const answer = await root.post('/auth/v1/deletion');
    expect([answer.status, answer.body.code]).toEqual([409, 'ACCOUNT_LAST_ADMINISTRATOR']);
  });

  it('needs an account, and an id to watch', async () => {
    expect((await person().post('/auth/v1/deletion')).status).toBe(401);
    expect((await person().get('/auth/v1/deletion/12345')).status).toBe(404);
  });
});
