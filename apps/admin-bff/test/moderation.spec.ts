import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { create } from '@bufbuild/protobuf';
import { type Principal } from '@storey/context';
import { comment } from '@storey/contracts';
import { AppError } from '@storey/errors';
import { openAdminBff, who, type AdminBff } from './open-admin-bff.js';

const moderator = who('moderator');

let calls: unknown[] = [];

const waiting = {
  comment: create(comment.CommentSchema, {
    id: 5n,
    subject: { type: 'video', oid: 'a' },
    state: comment.CommentState.IN_REVIEW,
    authorId: 7n,
    text: 'first',
    createdAtMs: 1n,
  }),
  moderation: { reportCount: 3n, reviewReason: 'policy' },
};
const page = { comments: [waiting], nextPosition: Uint8Array.of(1, 2) };

/** Notes what it was asked, and answers. */
const answers = (answer: unknown) => (request: unknown) => {
  calls.push(request);
  return Promise.resolve(answer);
};

const services = {
  batchGetUsers: () => Promise.resolve({ users: [] }),
  listQueue: answers(page),
  listReports: answers(page),
  decideMany: answers({ accepted: 1, rejected: [{ id: 6n, code: 'COMMENT_NOT_FOUND' }] }),
  decide: (request: comment.DecideRequest) => {
    calls.push(request);
    const told = { kind: 'not_found', code: 'COMMENT_NOT_FOUND', message: 'no' } as const;
    return request.id === 5n ? Promise.resolve({}) : Promise.reject(new AppError(told));
  },
};

let bff: AdminBff;
beforeAll(async () => {
  bff = await openAdminBff(services);
});
afterAll(() => bff.close());
beforeEach(() => void (calls = []));

const post = (as: Principal | undefined, path: string, payload: object) =>
  bff.ask(as, { method: 'POST', url: `/admin/v1/${path}`, payload });
const get = (as: Principal | undefined, path: string) =>
  bff.ask(as, { method: 'GET', url: `/admin/v1/${path}` });

describe.each(['queue', 'reports'])('GET %s', (path) => {
  it('shows what waits as moderators see it, and goes on behind its cursor', async () => {
    const { status, body } = await get(moderator, `${path}?limit=1`);
    expect([status, body]).toMatchObject([
      200,
      { comments: [{ id: '5', state: 'in_review', text: 'first', reportCount: 3, reviewReason: 'policy' }] },
    ]);
    const { nextCursor } = body as { nextCursor: string };
    await get(moderator, `${path}?cursor=${encodeURIComponent(nextCursor)}`);
    expect(calls[1]).toMatchObject({ position: Uint8Array.of(1, 2), limit: 20 });
    const other = path === 'queue' ? 'reports' : 'queue';
    expect(await get(moderator, `${other}?cursor=${encodeURIComponent(nextCursor)}`)).toMatchObject({
      status: 400,
      body: { code: 'COMMON_CURSOR_INVALID' },
    });
  });

  it('takes no page of over 50', async () => {
    expect(await get(moderator, `${path}?limit=51`)).toMatchObject({ status: 400 });
  });
});

describe('POST comments/{id}/decision', () => {
  it.each(['approve', 'hide', 'delete', 'restore', 'reject'])('gives the word to %s on', async (decision) => {
    expect(await post(moderator, 'comments/5/decision', { decision, reason: 'so' })).toEqual({
      status: 202,
      body: {},
    });
    const named = comment.Decision[decision.toUpperCase() as keyof typeof comment.Decision];
    expect(calls).toEqual([{ id: 5n, decision: named, reason: 'so' }]);
  });

  it('refuses what is no decision, and says what the service refuses', async () => {
    expect(await post(moderator, 'comments/5/decision', { decision: 'ban' })).toMatchObject({
      status: 400,
      body: { errors: [{ path: '/decision' }] },
    });
    expect(await post(moderator, 'comments/6/decision', { decision: 'hide' })).toMatchObject({
      status: 404,
      body: { code: 'COMMENT_NOT_FOUND' },
    });
  });
});

describe('POST comments/decisions', () => {
  it('tells how many were accepted, and why the others were not', async () => {
    expect(await post(moderator, 'comments/decisions', { ids: ['5', '6'], decision: 'hide' })).toEqual({
      status: 202,
      body: { accepted: 1, rejected: [{ id: '6', code: 'COMMENT_NOT_FOUND' }] },
    });
    expect(calls).toEqual([{ ids: [5n, 6n], decision: comment.Decision.HIDE, reason: '' }]);
  });

  it.each([[[]], [Array.from({ length: 101 }, (_, at) => String(at + 1))], [['x']]])(
    'refuses %p',
    async (ids) => {
      const answer = await post(moderator, 'comments/decisions', { ids, decision: 'hide' });
      expect([answer.status, calls]).toEqual([400, []]);
    },
  );
});

it.each<[string, Principal | undefined, number]>([
  ['the anonymous', undefined, 401],
  ['users', who(), 403],
  ['moderators', moderator, 202],
  ['administrators', who('admin'), 202],
])('%s get %i', async (_, as, status) => {
  expect((await post(as, 'comments/5/decision', { decision: 'hide' })).status).toBe(status);
  expect((await post(as, 'comments/decisions', { ids: ['5'], decision: 'hide' })).status).toBe(status);
  const reading = status === 202 ? 200 : status;
  for (const path of ['queue', 'reports']) expect((await get(as, path)).status).toBe(reading);
});
