import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { create } from '@bufbuild/protobuf';
import { account } from '@storey/contracts';
import { rateLimited } from '@storey/errors';
import { CommentsBench, alice } from './comments-bench.js';

const user = create(account.UserSchema, {
  id: 11n,
  username: 'alice',
  displayName: 'Alice',
  roles: ['user'],
  points: 5n,
});
const session = create(account.SessionReplySchema, {
  user,
  accessToken: 'a.b.c',
  refreshToken: 'r',
  expiresInSeconds: 900,
});
const userJson = {
  id: '11',
  username: 'alice',
  displayName: 'Alice',
  avatarUrl: null,
  level: 0,
  roles: ['user'],
  points: 5,
};
const sessionJson = { user: userJson, accessToken: 'a.b.c', refreshToken: 'r', expiresIn: 900 };

let bench: CommentsBench;
let refused: Error | undefined;

beforeAll(async () => {
  const answer = (value: unknown) => () => {
    if (refused) throw refused;
    return value;
  };
  bench = await CommentsBench.open({
    register: answer(session),
    login: answer(session),
    refresh: answer(session),
    logout: answer({}),
    changePassword: answer({}),
    getMe: answer({ user }),
    updateMe: answer({ user }),
    listKeys: answer({ jwksJson: '{"keys":[{"kid":"k"}]}' }),
  });
});

afterAll(() => bench.close());

beforeEach(() => {
  refused = undefined;
  bench.calls.length = 0;
});

const post = (path: string, payload?: object, as?: typeof alice) =>
  bench.request({ method: 'POST', url: `/auth/v1/${path}`, ...(payload && { payload }) }, as);
const me = (method: 'GET' | 'PATCH', payload?: object, as?: typeof alice) =>
  bench.request({ method, url: '/auth/v1/me', ...(payload && { payload }) }, as);

const name = { username: 'Alice', password: 'long enough' };

describe('sessions', () => {
  it.each([
    ['register', name, 201, { ...name, displayName: '', email: '' }],
    ['login', name, 200, name],
    ['refresh', { refreshToken: 'r' }, 200, { refreshToken: 'r' }],
  ])('POST %s answers the session and is kept by nobody', async (path, body, status, request) => {
    const answer = await post(path, { ...body, isAdmin: true });
    expect([answer.statusCode, answer.json()]).toEqual([status, sessionJson]);
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(bench.requestsOf(path)).toEqual([request]);
  });

  it.each([
    ['logout', undefined, 'logout'],
    ['password', { current: 'old', next: 'long enough' }, 'changePassword'],
  ])('POST %s is 204, and 401 to the anonymous', async (path, body, method) => {
    expect((await post(path, body)).json()).toMatchObject({ status: 401, code: 'GATEWAY_TOKEN_REQUIRED' });
    expect(bench.requestsOf(method)).toHaveLength(0);
    const answer = await post(path, body, alice);
    expect([answer.statusCode, answer.body]).toEqual([204, '']);
    expect(bench.requestsOf(method)).toHaveLength(1);
  });

  it.each([
    ['register', { ...name, username: 'a' }, '/username'],
    ['register', { ...name, username: 7 }, '/username'],
    ['register', { ...name, password: 'short' }, '/password'],
    ['register', { ...name, displayName: 'x'.repeat(51) }, '/displayName'],
    ['register', { ...name, email: 'x' }, '/email'],
    ['login', { username: 'alice' }, '/password'],
    ['login', { ...name, password: 'x'.repeat(1025) }, '/password'],
    ['refresh', {}, '/refreshToken'],
  ])('POST %s refuses what is wrong: body %#', async (path, body, where) => {
    const answer = await post(path, body);
    expect(answer.json()).toMatchObject({ status: 400, errors: [{ path: where }] });
    expect(bench.calls).toEqual([]);
  });

  it('a limit is told with the time to wait', async () => {
    refused = rateLimited(30);
    const answer = await post('login', name);
    expect([answer.statusCode, answer.headers['retry-after']]).toEqual([429, '30']);
  });
});

describe('me', () => {
  it('is the caller, asked for each time', async () => {
    const answer = await me('GET', undefined, alice);
    expect([answer.statusCode, answer.json()]).toEqual([200, { user: userJson }]);
    expect(answer.headers['cache-control']).toBe('no-store');
  });

  it('is nobody without a token', async () => {
    expect((await me('GET')).json()).toMatchObject({ status: 401, code: 'GATEWAY_TOKEN_REQUIRED' });
    expect((await me('PATCH', { avatarUrl: 7 })).statusCode).toBe(401);
  });

  it.each([
    [{ displayName: ' Al ' }, { displayName: 'Al' }],
    [{ avatarUrl: 'https://x.org/a.png' }, { avatarUrl: 'https://x.org/a.png' }],
    [
      { avatarUrl: null, email: null },
      { avatarUrl: '', email: '' },
    ],
    [{ roles: ['admin'] }, {}],
  ])('takes %j', async (body, request) => {
    expect((await me('PATCH', body, alice)).statusCode).toBe(200);
    expect(bench.requestsOf('updateMe')).toEqual([request]);
  });

  it.each([
    [{ displayName: '' }, '/displayName'],
    [{ displayName: null }, '/displayName'],
    [{ displayName: 'a\tb' }, '/displayName'],
    [{ avatarUrl: 'javascript:alert(1)' }, '/avatarUrl'],
    [{ avatarUrl: `https://x.org/${'y'.repeat(2048)}` }, '/avatarUrl'],
  ])('refuses what is wrong: body %#', async (body, path) => {
    expect((await me('PATCH', body, alice)).json()).toMatchObject({ status: 400, errors: [{ path }] });
  });
});

describe('the keys', () => {
  it('are for everybody and for caches', async () => {
    const answer = await bench.request({ method: 'GET', url: '/.well-known/jwks.json' });
    expect([answer.statusCode, answer.json()]).toEqual([200, { keys: [{ kid: 'k' }] }]);
    expect(answer.headers['cache-control']).toBe('public, max-age=300');
  });
});
