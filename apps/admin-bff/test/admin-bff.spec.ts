import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { create } from '@bufbuild/protobuf';
import { type Principal } from '@storey/context';
import { account, comment } from '@storey/contracts';
import { notFound } from '@storey/errors';
import { type InjectOptions } from 'fastify';
import { openAdminBff, who, type AdminBff } from './open-admin-bff.js';

const moderator = who('moderator');
const admin = who('admin');

let roleCalls: unknown[] = [];

const judged = create(comment.CommentSchema, {
  id: 5n,
  subject: { type: 'video', oid: 'a' },
  state: comment.CommentState.DELETED,
  authorId: 7n,
  text: 'rude',
  createdAtMs: 1_700_000_000_000n,
});

const services = {
  setRoles: async (request: account.SetRolesRequest) => {
    roleCalls.push(request);
    return {};
  },
  batchGetUsers: async () => ({ users: [create(account.UserSchema, { id: 7n, displayName: 'Rita' })] }),
  inspectComment: async ({ id }: comment.InspectCommentRequest) => {
    if (id !== 5n) throw notFound();
    const atMs = 1_700_000_000_001n;
    return {
      comment: judged,
      moderation: { reportCount: 2n, reviewReason: 'policy' },
      edits: [{ text: 'ruder', atMs }],
      reports: [{ reason: 'abuse', note: '', reporterId: 9n, atMs }],
      audit: [{ action: 'delete', actorId: 8n, reason: 'rude', atMs }],
    };
  },
};

let bff: AdminBff;

beforeAll(async () => {
  bff = await openAdminBff(services);
});

afterAll(() => bff.close());
beforeEach(() => void (roleCalls = []));

const ask = (as: Principal | undefined, options: InjectOptions) => bff.ask(as, options);

const setRoles = (as: Principal | undefined, id = '7', payload: object = { roles: ['moderator'] }) =>
  ask(as, { method: 'PUT', url: `/admin/v1/users/${id}/roles`, payload });

describe('the prefix', () => {
  const paths = ['/admin/v1/comments/5', '/admin/v1/nowhere', '/admin/v1/comments/x', '/admin', '/'];

  it.each(paths)('asks the anonymous on %s to sign in', async (url) => {
    const answer = await ask(undefined, { method: 'GET', url });
    expect(answer).toMatchObject({ status: 401, body: { code: 'GATEWAY_TOKEN_REQUIRED' } });
  });

  it.each(paths)('refuses users on %s', async (url) => {
    const answer = await ask(who(), { method: 'GET', url });
    expect(answer).toMatchObject({ status: 403, body: { code: 'GATEWAY_FORBIDDEN' } });
  });

  it('is not there for who shows no internal token', async () => {
    const answer = await bff.fastify.inject({ method: 'GET', url: '/admin/v1/comments/5' });
    expect(answer.json()).toMatchObject({ status: 401, code: 'GATEWAY_TOKEN_INVALID' });
  });

  it('tells staff which paths there are not', async () => {
    const answer = await ask(moderator, { method: 'GET', url: '/admin/v1/nowhere' });
    expect(answer).toMatchObject({ status: 404, body: { code: 'COMMON_NOT_FOUND' } });
  });
});

describe('PUT users/{id}/roles', () => {
  it('gives an administrator’s word to account-service', async () => {
    expect(await setRoles(admin)).toEqual({ status: 204, body: undefined });
    expect(roleCalls).toEqual([{ userId: 7n, roles: ['moderator'] }]);
  });

  it('is not for moderators', async () => {
    expect(await setRoles(moderator)).toMatchObject({ status: 403, body: { code: 'GATEWAY_FORBIDDEN' } });
    expect(roleCalls).toEqual([]);
  });

  it.each([
    ['x', { roles: [] }, 'path/id'],
    ['7', { roles: ['root'] }, '/roles/0'],
    ['7', {}, '/roles'],
  ])('refuses the id %p with %p', async (id, body, path) => {
    const answer = await setRoles(admin, id, body);
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ path }] } });
  });
});

describe('GET comments/{id}', () => {
  it('shows who said what, also when it is deleted, and what it was before', async () => {
    const { status, body } = await ask(moderator, { method: 'GET', url: '/admin/v1/comments/5' });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      comment: {
        id: '5',
        state: 'deleted',
        text: 'rude',
        author: { id: '7', displayName: 'Rita' },
        reportCount: 2,
        reviewReason: 'policy',
      },
      edits: [{ text: 'ruder', at: '2023-11-14T22:13:20.001Z' }],
      reports: [{ reason: 'abuse', note: null, reporterId: '9', at: '2023-11-14T22:13:20.001Z' }],
      audit: [{ action: 'delete', actorId: '8', reason: 'rude', at: '2023-11-14T22:13:20.001Z' }],
    });
  });

  it('is 404 for one that is not there', async () => {
    expect(await ask(admin, { method: 'GET', url: '/admin/v1/comments/6' })).toMatchObject({ status: 404 });
  });
});

describe('an import', () => {
  it('needs a file', async () => {
    const request = { method: 'POST', url: '/admin/v1/import?format=wxr' } as const;
    const answer = await bff.ask(who('admin'), request);
    expect([answer.status, answer.body]).toMatchObject([400, { code: 'COMMON_REQUEST_INVALID' }]);
  });
});
