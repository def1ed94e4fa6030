import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@storey/testing';
import { Client } from '../support/client.js';
import { expectProblem, type Answered } from '../support/expect-problem.js';
import { Product } from '../support/product.js';
import { verbatim } from '../support/verbatim.js';
import { exchange, request } from '../support/wire.js';

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** Other spellings of paths under /admin, known and unknown ones. */
const GUARDED = [
  '/admin',
  '/admin/',
  '/admin/v1',
  '/admin/v1/',
  '/admin/v1/queue',
  '/admin/v1/queue/',
  '/admin/v1/nothing-here',
  '/admin/v2/queue',
  '/%61dmin/v1/queue',
  '/%61%64%6D%69%6e/v1/queue',
  '/admin/%76%31/queue',
  '/admin/v1/%71ueue',
  '/admin/v1/queue%20',
  '/admin/v1/queue;x=1',
  '/admin/..;/v1/queue',
  '/admin/v1/queue%3f',
  '/admin/v1/queue%23',
  '/admin/v1/queue?cursor=//../web',
  '/admin?/../web/v1',
  '/admin/v1/import',
  '/admin/v1/%69mport?format=wxr',
  '/admin/__proto__',
  '/admin/v1/*',
];

/** What looks like it to one reader or another, and is nothing to all of ours. */
const NOTHING = [
  '//admin/v1/queue',
  '///admin',
  '/admin//v1/queue',
  '/./admin/v1/queue',
  '/admin/./v1/queue',
  '/admin/../admin/v1/queue',
  '/web/../admin/v1/queue',
  '/web/v1/../../admin/v1/queue',
  '/web/%2e%2e/admin/v1/queue',
  '/web/.%2E/admin/v1/queue',
  '/web/..;/admin/v1/queue',
  '/..;/admin/v1/queue',
  '/Admin/v1/queue',
  '/ADMIN/v1/queue',
  '/%41dmin/v1/queue',
  '/admin;x=1/v1/queue',
  '/admin;/v1/queue',
  '/;/admin/v1/queue',
  '/admin%3Bx=1/v1/queue',
  '/admin%2fv1%2fqueue',
  '/admin%2Fv1/queue',
  '/%2fadmin/v1/queue',
  '/admin%5cv1%5cqueue',
  '/admin\\v1\\queue',
  '/\\admin/v1/queue',
  '/%2561dmin/v1/queue',
  '/%252fadmin/v1/queue',
  '/admin./v1/queue',
  '/admin.json',
  '/admin%20/v1/queue',
  '/%20admin/v1/queue',
  '/admin%E2%80%8B/v1/queue',
  '/%EF%BC%81dmin/v1/queue',
  '/%EF%BD%81dmin/v1/queue',
  '/adm%C4%B1n/v1/queue',
  '/administrator',
  '/admin-bff/v1/queue',
  '/admin%3f/v1/queue',
  '/admin%23/v1/queue',
  '/web/admin/v1/queue',
  '/web/v1/admin/queue',
  '/v1/queue',
  '/index.html/admin/v1/queue',
  '/assets/../admin/v1/queue',
  '/assets/%2e%2e%2fadmin/v1/queue',
  '/assets/..%2f..%2f..%2fpackage.json',
  '/assets/..%5c..%5cpackage.json',
  '/.git/config',
  '/.env',
  '/data/account.db',
];

const UNREADABLE = [
  '/%E0%A4%A',
  '/admin/%',
  '/admin/%zz',
  '/%ff',
  '/%c0%afadmin',
  '/admin%00',
  '/admin/v1/queue%00.json',
];

describe('an attacker who spells paths in other ways', () => {
  let product: Product;
  let user: Client;
  let root: Client;
  beforeAll(async () => {
    product = await Product.start({ LIMITS: 'off' });
    const client = (): Client => new Client(() => product.url);
    user = await client().register();
    root = await client().login('root', 'correct horse battery');
  }, 60_000);
  afterAll(() => product[Symbol.asyncDispose]());

  const ask = (path: string, who?: Client, method = 'GET'): Promise<Answered> =>
    verbatim(product.url, {
      method,
      path,
      headers: who ? { authorization: `Bearer ${who.accessToken}` } : {},
    });

  it('gets into the console as an administrator (the control of all others)', async () => {
    const { body } = await user.post('/web/v1/subjects/video/attack/comments', { text: 'looked at' });
    const id = String(body.comment.id);
    await eventually(async () => expect((await ask(`/admin/v1/comments/${id}`, root)).status).toBe(200));
    for (const path of [`/%61dmin/v1/comments/${id}`, `/admin/v1/c%6Fmments/${id}`])
      for (const method of ['GET', 'HEAD']) expect((await ask(path, root, method)).status).toBe(200);
    expectProblem(await ask('/admin/v1/nothing-here', root), 404, 'COMMON_NOT_FOUND');
  });

  it.each(GUARDED)('asks for %s', async (path) => {
    for (const method of METHODS) {
      expectProblem(await ask(path, undefined, method), 401, 'GATEWAY_TOKEN_REQUIRED');
      expectProblem(await ask(path, user, method), 403, 'GATEWAY_FORBIDDEN');
    }
    for (const [who, status] of [
      [undefined, 401],
      [user, 403],
    ] as const)
      expect(await ask(path, who, 'HEAD')).toMatchObject({ status, text: '' });
  });

  it.each(NOTHING)('asks for %s, which is nothing to anybody', async (path) => {
    for (const who of [undefined, user, root]) {
      const answer = await ask(path, who);
      expectProblem(answer, 404, 'COMMON_NOT_FOUND');
      expect(answer.headers.get('location')).toBeNull();
    }
    expect((await ask(path, user, 'HEAD')).status).toBe(404);
    expectProblem(await ask(path, user, 'DELETE'), [404, 405]);
  });

  it.each(UNREADABLE)('asks for %s, which nobody can read', async (path) => {
    for (const who of [undefined, user, root])
      expectProblem(await ask(path, who), 400, 'COMMON_REQUEST_INVALID');
  });

  it.each([
    'GET http://storey.test/admin/v1/queue',
    'GET http://127.0.0.1/admin/v1/queue',
    'GET https://evil.example/admin/v1/queue',
    'GET */admin/v1/queue',
    'OPTIONS *',
    'GET admin/v1/queue',
    'GET ?/admin/v1/queue',
    'GET #/admin/v1/queue',
  ])('asks in the form %s', async (line) => {
    const { answers, closed } = await exchange(
      product.url,
      request(line, [`Authorization: Bearer ${root.accessToken}`]),
    );
    expect(closed).toBe(true);
    expect(answers).toHaveLength(1);
    for (const answer of answers) expectProblem(answer, [400, 404, 405]);
  });

  it('finds a page of a user guarded in every spelling that leads there', async () => {
    for (const path of ['/auth/v1/me', '/%61uth/v1/me', '/auth/v1/m%65', '/auth/v1/me?x=1']) {
      expectProblem(await ask(path), 401, 'GATEWAY_TOKEN_REQUIRED');
      expect((await ask(path, undefined, 'HEAD')).status).toBe(401);
      expect((await ask(path, user)).status).toBe(200);
    }
    for (const path of [
      '/Auth/v1/me',
      '/auth/v1/ME',
      '/auth/v1/me%20',
      '/auth//v1/me',
      '/auth/v1/me;x',
      '/auth/v1%2fme',
    ])
      for (const who of [undefined, user]) expectProblem(await ask(path, who), 404, 'COMMON_NOT_FOUND');
  });

  it('writes nothing by HEAD and OPTIONS of what a POST does', async () => {
    for (const method of ['HEAD', 'OPTIONS', 'GET']) {
      const { status } = await ask('/auth/v1/logout', user, method);
      expect([404, 405]).toContain(status);
    }
    expect((await user.get('/auth/v1/me')).status).toBe(200);
  });

  it('gives a path of 15 kB, or of a thousand segments', async () => {
    for (const path of [
      `/${'a'.repeat(15_000)}`,
      '/a'.repeat(1_000),
      `/web/v1/comments/${'9'.repeat(5_000)}`,
    ])
      expectProblem(await ask(path), [400, 404]);
    expectProblem(await ask(`/${'a'.repeat(20_000)}`), 431);
  });

  it.each([
    '9223372036854775808',
    '-1',
    '0',
    '0x1',
    '1e3',
    '%201',
    '1%20',
    '1.0',
    '01',
    '9'.repeat(40),
    'NaN',
    '%D9%A1',
    "1'--",
    '__proto__',
    'null',
  ])('asks for the comment %s', async (id) => {
    expectProblem(await ask(`/web/v1/comments/${id}`), [400, 404]);
  });
});
