import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from '../support/client.js';
import { expectProblem } from '../support/expect-problem.js';
import { forge, hs256, open, stolenInternalSecret } from '../support/forgery.js';
import { Product } from '../support/product.js';
import { ownProcessOnly } from '../support/topology/topology.js';
import { verbatim } from '../support/verbatim.js';

const ME = '/auth/v1/me';
const ADMIN = '/admin/v1/queue';
const PUBLIC = '/web/v1/subjects/video/attack/counts';
const GOOD = 'https://good.example';

let product: Product;
let user: Client;
let root: Client;
const anonymous = (): Client => new Client(() => product.url);
beforeAll(async () => {
  product = await Product.start({ LIMITS: 'off', CORS_ORIGINS: `${GOOD}, https://also.example:8443` });
  user = await anonymous().register();
  root = await anonymous().login('root', 'correct horse battery');
}, 60_000);
afterAll(() => product[Symbol.asyncDispose]());

describe('an attacker who says who they are in headers', () => {
  const claims = (): Record<string, string>[] => [
    { 'x-user-id': String(root.user?.id), 'x-user': 'root', 'x-user-roles': 'admin', 'X-USER-NAME': 'root' },
    { 'x-roles': 'admin', 'x-role': 'admin', 'x-internal-roles': 'admin', 'x-internal-user': 'root' },
    { 'x-internal': 'true', 'x-internal-token': 'x.y.z', 'x-internal-secret': '' },
    { 'x-forwarded-user': 'root', 'x-remote-user': 'root', 'remote-user': 'root', 'x-auth-user': 'root' },
    { x_user_id: String(root.user?.id), 'x-client-ip': '127.0.0.1', 'x-real-ip': '127.0.0.1' },
    { 'x-original-url': ME, 'x-rewrite-url': ME, 'x-original-uri': ADMIN, 'x-forwarded-prefix': '/admin' },
  ];

  it('stays anonymous, a user stays a user', async () => {
    for (const headers of claims()) {
      expectProblem(await anonymous().get(ME, { headers }), 401, 'GATEWAY_TOKEN_REQUIRED');
      expectProblem(await anonymous().get(ADMIN, { headers }), 401, 'GATEWAY_TOKEN_REQUIRED');
      expectProblem(await user.get(ADMIN, { headers }), 403, 'GATEWAY_FORBIDDEN');
      const me = await user.get(ME, { headers });
      expect([me.status, me.body.user?.id, me.body.user?.roles]).toEqual([200, user.user?.id, ['user']]);
      expect((await anonymous().get(PUBLIC, { headers })).status).toBe(200);
    }
  });

  ownProcessOnly('steals the secret from its folder').it(
    'shows an internal token signed with the real secret, which only the gateway may',
    async () => {
      const { payload } = open(root.accessToken ?? '');
      const iat = Math.floor(Date.now() / 1000);
      const secret = stolenInternalSecret(product.folder.path);
      for (const aud of ['web-bff', 'admin-bff', 'account']) {
        const token = forge(
          {
            header: { alg: 'HS256', typ: 'internal+jwt' },
            payload: { ...payload, iss: 'storey-internal', aud, iat, exp: iat + 60 },
          },
          hs256(secret),
        );
        const headers = { 'x-internal-token': token };
        expectProblem(await anonymous().get(ME, { headers }), 401, 'GATEWAY_TOKEN_REQUIRED');
        expectProblem(await anonymous().get(ADMIN, { headers }), 401, 'GATEWAY_TOKEN_REQUIRED');
        expectProblem(await user.get(ADMIN, { headers }), 403, 'GATEWAY_FORBIDDEN');
        expect((await user.get(ME, { headers })).body.user.id).toBe(user.user?.id);
      }
    },
  );

  it('sends a thousand X-Forwarded-For entries, junk and zones, and breaks nothing', async () => {
    const values = [
      Array.from({ length: 1000 }, (_, at) => `10.0.${at >> 8}.${at & 255}`).join(', '),
      'fe80::1%eth0',
      `${'9'.repeat(5_000)}`,
      ',,,,',
      '127.0.0.1\u00ff',
      '"; DROP TABLE users; --',
      'unknown',
    ];
    for (const value of values) {
      const answer = await verbatim(product.url, {
        path: PUBLIC,
        headers: { 'x-forwarded-for': [value, value], forwarded: `for="${value.slice(0, 100)}"` },
      });
      expect(answer.status).toBe(value.length > 6_000 ? 431 : 200);
    }
  });

  it('names another host and scheme, which no answer takes up', async () => {
    const headers = {
      host: 'evil.example',
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'https',
      'x-forwarded-port': '1337',
      'x-forwarded-server': 'evil.example',
      forwarded: 'host=evil.example;proto=https',
    };
    for (const path of [
      '/',
      ME,
      '/admin',
      PUBLIC,
      '/.well-known/jwks.json',
      '/docs',
      '/openapi.json',
      '/nothing',
    ]) {
      const answer = await verbatim(product.url, { path, headers });
      expect(answer.text).not.toContain('evil.example');
      expect(JSON.stringify([...answer.headers])).not.toContain('evil.example');
      expect(answer.headers.get('strict-transport-security')).toBeNull();
      expect(answer.status).toBeLessThan(500);
      if (answer.status >= 400) expectProblem(answer, answer.status);
    }
  });

  it.each([
    { 'x-lane': 'staging' },
    { 'x-lane': "x'); DROP TABLE comment_index_0; --" },
    { 'x-lane': 'l'.repeat(5_000) },
    { 'x-shadow': 'true', 'x-shadow-traffic': '1' },
  ])('asks for the lane %.60j, and gets what everybody gets', async (headers) => {
    const plain = await user.get('/web/v1/subjects/video/attack/comments');
    const answer = await user.get('/web/v1/subjects/video/attack/comments', { headers });
    expect([answer.status, answer.text]).toEqual([plain.status, plain.text]);
    const asModerator = await root.get(PUBLIC, { headers });
    expect([asModerator.status, asModerator.body]).toEqual([200, (await root.get(PUBLIC)).body]);
  });

  it.each(['-1', '0', '1e12', '0x10', '1.5', ' ', 'NaN', 'Infinity', '10, 20', `1${'0'.repeat(30)}`])(
    'asks for %j ms of time',
    async (value) => {
      const answer = await anonymous().get(PUBLIC, { headers: { 'x-request-timeout-ms': value } });
      if (value === ' ') expect(answer.status).toBeLessThan(500);
      else expectProblem(answer, 400, 'COMMON_REQUEST_INVALID');
    },
  );

  it('asks for more time than there is, in every language', async () => {
    for (const headers of [
      { 'x-request-timeout-ms': '100000000000000' },
      { 'x-deadline-ms': '-1' },
      { 'x-deadline-ms': '1' },
      { 'x-deadline-ms': '1e12' },
      { 'grpc-timeout': '99999999H' },
    ] as Record<string, string>[])
      expect((await anonymous().get(PUBLIC, { headers })).status).toBe(200);
  });

  it('keeps a well-formed trace id and makes up one for any other', async () => {
    const id = '0af7651916cd43dd8448eb211c80319c';
    const kept = await anonymous().get(PUBLIC, { headers: { traceparent: `00-${id}-b7ad6b7169203331-01` } });
    expect(kept.headers.get('x-trace-id')).toBe(id);
    const refused = await anonymous().get(ME, { headers: { traceparent: `00-${id}-b7ad6b7169203331-00` } });
    expect(refused.body.traceId).toBe(id);
    for (const traceparent of [
      `00-${id.toUpperCase()}-b7ad6b7169203331-01`,
      `00-${'0'.repeat(32)}-b7ad6b7169203331-01`,
      `00-${id}-${'0'.repeat(16)}-01`,
      `ff-${id}-b7ad6b7169203331-01`,
      `00-${id}-b7ad6b7169203331`,
      `00-${id}-b7ad6b7169203331-01-extra`,
      `00-${id.slice(1)}g-b7ad6b7169203331-01`,
      'x'.repeat(3000),
    ]) {
      const answer = await anonymous().get(PUBLIC, { headers: { traceparent } });
      expect(answer.status).toBe(200);
      expect(answer.headers.get('x-trace-id')).toMatch(/^[0-9a-f]{32}$/);
      expect(answer.headers.get('x-trace-id')).not.toBe(id);
    }
    const own = await anonymous().get(PUBLIC, { headers: { 'x-trace-id': id } });
    expect(own.headers.get('x-trace-id')).not.toBe(id);
  });

  it.each(['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override'])(
    'turns a method into another by %s',
    async (name) => {
      const asPost = await anonymous().get(ME, { headers: { [name]: 'POST' } });
      expectProblem(asPost, 401, 'GATEWAY_TOKEN_REQUIRED');
      const asGet = await anonymous().post(`${PUBLIC}?_method=GET`, {}, { headers: { [name]: 'GET' } });
      expectProblem(asGet, [404, 405]);
    },
  );
});

describe('a page of another origin', () => {
  const preflight = (origin: string) =>
    verbatim(product.url, {
      method: 'OPTIONS',
      path: ME,
      headers: {
        origin,
        'access-control-request-method': 'PATCH',
        'access-control-request-headers': 'authorization',
      },
    });

  it('reads nothing unless it is on the exact list', async () => {
    for (const origin of [
      'https://evil.example',
      'null',
      'https://good.example.evil.com',
      'https://evilgood.example',
      'https://evil.com/https://good.example',
      'http://good.example',
      'https://good.example:8443',
      'https://good.example/',
      'https://GOOD.example',
      'https://sub.good.example',
      'https://good.example.',
      '*',
      'file://',
    ]) {
      const read = await verbatim(product.url, { path: PUBLIC, headers: { origin } });
      const asked = await preflight(origin);
      const refused = await verbatim(product.url, { path: ME, headers: { origin } });
      for (const { headers } of [read, asked, refused]) {
        expect(headers.get('access-control-allow-origin')).toBeNull();
        expect(headers.get('access-control-allow-methods')).toBeNull();
        expect(headers.get('access-control-allow-credentials')).toBeNull();
        expect(headers.get('vary')?.toLowerCase()).toContain('origin');
      }
    }
  });

  it('reads when it is on the list, never with cookies', async () => {
    const read = await verbatim(product.url, { path: PUBLIC, headers: { origin: GOOD } });
    const asked = await preflight(GOOD);
    for (const { headers } of [read, asked]) {
      expect(headers.get('access-control-allow-origin')).toBe(GOOD);
      expect(headers.get('access-control-allow-credentials')).toBeNull();
      expect(headers.get('vary')?.toLowerCase()).toContain('origin');
    }
    expect(asked.headers.get('access-control-allow-methods')).toContain('PATCH');
  });

  it('posts a form as the signed-in user: no cookie says who it is, and a form is no JSON', async () => {
    const cookie = `token=${user.accessToken}; access_token=${user.accessToken}; session=${user.accessToken}`;
    for (const [type, body] of [
      ['application/x-www-form-urlencoded', 'username=a&password=b'],
      [
        'multipart/form-data; boundary=x',
        '--x\r\nContent-Disposition: form-data; name="username"\r\n\r\na\r\n--x--',
      ],
      ['text/plain', '{"username":"a","password":"b"}'],
    ] as const)
      for (const origin of ['https://evil.example', 'null', undefined])
        expectProblem(
          await verbatim(product.url, {
            method: 'POST',
            path: '/auth/v1/login',
            headers: {
              cookie,
              'content-type': type,
              'sec-fetch-site': 'cross-site',
              ...(origin && { origin }),
            },
            body,
          }),
          415,
          'COMMON_UNSUPPORTED_MEDIA',
        );
    const json = await verbatim(product.url, {
      method: 'PATCH',
      path: ME,
      headers: { cookie, 'content-type': 'application/json', origin: 'https://evil.example' },
      body: '{"displayName":"stolen"}',
    });
    expectProblem(json, 401, 'GATEWAY_TOKEN_REQUIRED');
  });

  it('finds no cookie set by anything', async () => {
    const answers = [
      await user.get(ME),
      await user.get(PUBLIC),
      await anonymous().post('/auth/v1/login', { username: 'root', password: 'correct horse battery' }),
      await user.post('/auth/v1/logout'),
    ];
    expect(answers.map(({ headers }) => headers.get('set-cookie'))).toEqual([null, null, null, null]);
  });
});
