import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Client, type Json } from '../support/client.js';
import { Commenting, newSubject, soon } from '../support/commenting.js';
import { walk } from '../support/pages.js';
import { Product } from '../support/product.js';

describe('moderation', () => {
  let product: Product;
  let ann: Client;
  let bob: Client;
  let mod: Client;
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
    mod = await anyone().register();
    await root.put(`/admin/v1/users/${mod.user?.id}/roles`, { roles: ['moderator'] });
    await mod.loginAgain();
  }, 60_000);
  afterAll(() => product[Symbol.asyncDispose]());

  const comment = (id: string): string => `/web/v1/comments/${id}`;
  const decide = async (id: string, decision: string, by = mod): Promise<void> =>
    expect((await by.post(`/admin/v1/comments/${id}/decision`, { decision, reason: 'so' })).status).toBe(202);
  const file = async (id: string): Promise<Json> => (await mod.get(`/admin/v1/comments/${id}`)).body;
  const state = async (id: string, by: Client): Promise<unknown> => {
    const { status, body } = await by.get(comment(id));
    return status === 200 ? body.comment.state : status;
  };
  /** Those of a list of work that are asked about, in its order. */
  const waiting = async (name: 'queue' | 'reports', ids: readonly string[]): Promise<readonly string[]> => {
    const met = await walk(mod, `/admin/v1/${name}`);
    return met.map(({ id }: Json) => id).filter((id: string) => ids.includes(id));
  };

  /** A comment of ann that waits in review. */
  async function held(): Promise<{ path: string; id: string }> {
    const path = newSubject();
    await root.patch(path, { policy: { mode: 'review_then_post' } });
    await soon(async () => expect((await ann.get(path)).body.subject.policy.mode).toBe('review_then_post'));
    const { id } = await commenting.post(ann, path, 'wait for me');
    await soon(async () => expect(await state(id, ann)).toBe('in_review'));
    return { path, id };
  }

  it('reports count once a person, and come up most reported first until somebody decides', async () => {
    const path = newSubject();
    const [few, many] = [(await posted(ann, path, 'a little rude')).id, (await posted(ann, path, 'rude')).id];
    for (const [by, id] of [
      [bob, few],
      [bob, many],
      [bob, many],
      [mod, many],
    ] as const)
      expect((await by.post(`${comment(id)}/reports`, { reason: 'abuse', note: 'see' })).status).toBe(202);
    await soon(async () => expect(await waiting('reports', [few, many])).toEqual([many, few]));
    await soon(async () => {
      const { comment: seen, reports } = await file(many);
      expect([seen.reportCount, reports.map(({ reporterId }: Json) => reporterId)]).toEqual([
        2,
        [bob.user?.id, mod.user?.id],
      ]);
    });
    expect((await ann.post(`${comment(few)}/reports`, { reason: 'spam' })).status).toBe(403);
    await decide(many, 'approve');
    await soon(async () => expect(await waiting('reports', [few, many])).toEqual([few]));
    expect(await state(many, anyone())).toBe('visible');
  });

  it('what waits in review is its author’s and moderators’, until it is approved and everybody’s', async () => {
    const { path, id } = await held();
    expect([await state(id, bob), await state(id, anyone()), await state(id, mod)]).toEqual([
      404,
      404,
      'in_review',
    ]);
    expect((await list(path)).comments).toEqual([]);
    expect((await anyone().get(`${path}/counts`)).body.counts).toEqual({ roots: 0, all: 0 });
    await soon(async () => expect(await waiting('queue', [id])).toEqual([id]));
    expect((await file(id)).comment.reviewReason).toBe('policy');
    await decide(id, 'approve');
    expect(await state(id, mod)).toBe('visible');
    await soon(async () => expect(await waiting('queue', [id])).toEqual([]));
    await soon(async () => expect((await list(path)).comments).toMatchObject([{ id, floor: 1 }]));
    await soon(async () =>
      expect((await anyone().get(`${path}/counts`)).body.counts).toEqual({ roots: 1, all: 1 }),
    );
  });

  it('what is rejected tells its author, and nobody else', async () => {
    const { id } = await held();
    await decide(id, 'reject');
    await soon(async () => expect(await state(id, ann)).toBe('rejected'));
    expect(await state(id, bob)).toBe(404);
    await soon(async () => {
      const { notifications } = (await ann.get('/web/v1/notifications')).body;
      const mine = notifications.filter((each: Json) => each.comment.id === id);
      expect(mine).toMatchObject([{ kind: 'moderation', actors: [], comment: { state: 'rejected' } }]);
    });
  });

  it('what is hidden takes its replies along, and brings them back with it; all of it is on record', async () => {
    const path = newSubject();
    const { id } = await posted(ann, path, 'root');
    const reply = await posted(bob, path, 'reply', { parentId: id });
    await decide(id, 'hide');
    expect(await state(id, mod)).toBe('hidden');
    await soon(async () => expect((await list(path)).comments).toEqual([]));
    for (const each of [id, reply.id]) await soon(async () => expect(await state(each, anyone())).toBe(404));
    await soon(async () =>
      expect((await anyone().get(`${path}/counts`)).body.counts).toEqual({ roots: 0, all: 0 }),
    );
    await decide(id, 'restore', root);
    await soon(async () => expect((await list(path)).comments).toMatchObject([{ id, replyCount: 1 }]));
    await soon(async () =>
      expect((await anyone().get(`${path}/counts`)).body.counts).toEqual({ roots: 1, all: 2 }),
    );
    const { audit } = await file(id);
    expect(audit).toMatchObject([
      { action: 'hide', actorId: mod.user?.id, reason: 'so' },
      { action: 'restore', actorId: root.user?.id },
    ]);
  });

  it('many are decided at once, each for itself', async () => {
    const path = newSubject();
    const ids = [(await posted(ann, path, 'one')).id, (await posted(ann, path, 'two')).id];
    const answer = await mod.post('/admin/v1/comments/decisions', {
      ids: [...ids, '77'],
      decision: 'delete',
    });
    expect([answer.status, answer.body]).toEqual([
      202,
      { accepted: 2, rejected: [{ id: '77', code: 'COMMENT_NOT_FOUND' }] },
    ]);
    for (const id of ids) await soon(async () => expect(await state(id, anyone())).toBe(404));
    const again = await mod.post(`/admin/v1/comments/${ids[0]}/decision`, { decision: 'hide' });
    expect([again.status, again.body.code]).toEqual([422, 'COMMON_REQUEST_INVALID']);
  });

  it.each(['queue', 'reports'])('%s is for moderators', async (name) => {
    const statuses = [anyone(), ann, mod, root].map(async (by) => (await by.get(`/admin/v1/${name}`)).status);
    expect(await Promise.all(statuses)).toEqual([401, 403, 200, 200]);
  });
});
