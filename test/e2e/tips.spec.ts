import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@storey/testing';
import { Client } from '../support/client.js';
import { Product } from '../support/product.js';

const today = (): string => new Date().toISOString().slice(0, 10);

describe('tips', () => {
  let product: Product;
  let ann: Client;
  let bob: Client;
  let comment: string;

  beforeAll(async () => {
    product = await Product.start({ LIMITS: 'off' });
    ann = await new Client(() => product.url).register();
    bob = await new Client(() => product.url).register();
    const posted = await ann.post('/web/v1/subjects/video/tips/comments', { text: 'worth something' });
    comment = `/web/v1/comments/${posted.body.comment.id}`;
    await eventually(async () => expect((await bob.get(comment)).status).toBe(200), { timeoutMs: 5_000 });
  }, 60_000);
  afterAll(() => product[Symbol.asyncDispose]());

  const pointsOf = async (person: Client): Promise<number> =>
    Number((await person.get('/auth/v1/me')).body.user.points);
  const tip = (person: Client, points: number, key?: string) =>
    person.post(
      `${comment}/tips`,
      { points },
      { headers: key === undefined ? {} : { 'idempotency-key': key } },
    );

  it('come from points, which the first visit of a day brings', async () => {
    expect(await pointsOf(bob)).toBe(0);
    expect((await tip(bob, 1)).body).toMatchObject({ status: 409, code: 'ACCOUNT_POINTS_INSUFFICIENT' });
    for (let visit = 0; visit < 3; visit += 1)
      await bob.get('/web/v1/notifications', { headers: { 'x-client-date': today() } });
    expect(await pointsOf(bob)).toBeGreaterThanOrEqual(10);
  });

  it('move points to the author, once under one key, and the author is told', async () => {
    const [before, had] = [await pointsOf(bob), await pointsOf(ann)];
    const given = await tip(bob, 4, 'one');
    expect([given.status, given.body.tip]).toMatchObject([202, { id: expect.any(String), points: 4 }]);
    const again = await tip(bob, 4, 'one');
    expect([again.body.tip.id, again.headers.get('idempotent-replayed')]).toEqual([
      given.body.tip.id,
      'true',
    ]);
    expect((await tip(bob, 5, 'one')).body).toMatchObject({
      status: 422,
      code: 'COMMON_IDEMPOTENCY_MISMATCH',
    });
    await eventually(
      async () => {
        const { body } = await bob.get(`/web/v1/tips/${given.body.tip.id}`);
        expect(body).toEqual({ tip: { id: given.body.tip.id, state: 'done', points: 4 } });
      },
      { timeoutMs: 10_000 },
    );
    expect([await pointsOf(bob), await pointsOf(ann)]).toEqual([before - 4, had + 4]);
    await eventually(async () => {
      const { notifications } = (await ann.get('/web/v1/notifications')).body;
      expect(notifications).toMatchObject([{ kind: 'tip', actors: [{ id: bob.user?.id }], count: 1 }]);
    });
    expect((await ann.get(`/web/v1/tips/${given.body.tip.id}`)).status).toBe(404);
  });

  it('are not for one’s own comment, nor for one that is not there', async () => {
    await ann.get('/auth/v1/me', { headers: { 'x-client-date': today() } });
    expect((await tip(ann, 1)).body).toMatchObject({ status: 422, code: 'COMMON_REQUEST_INVALID' });
    const nowhere = await bob.post('/web/v1/comments/123/tips', { points: 1 });
    expect(nowhere.body).toMatchObject({ status: 404, code: 'COMMENT_NOT_FOUND' });
  });
});
