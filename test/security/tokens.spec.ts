import { createPublicKey, generateKeyPairSync, randomBytes, type KeyObject } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@storey/testing';
import { Client, uniqueName, type Answer } from '../support/client.js';
import { expectProblem } from '../support/expect-problem.js';
import {
  ed25519,
  encode,
  forge,
  hs256,
  open,
  stolenInternalSecret,
  stolenKey,
  type Claims,
  type TokenParts,
} from '../support/forgery.js';
import { Product } from '../support/product.js';
import { embeddedOnly } from '../support/topology/topology.js';
import { verbatim } from '../support/verbatim.js';

const ME = '/auth/v1/me';
const PUBLIC = '/web/v1/subjects/video/attack/counts';
const PASSWORD = 'a good password';

embeddedOnly('steals the signing key from its file').describe('an attacker who forges tokens', () => {
  let product: Product;
  let victim: Client;
  let genuine: TokenParts;
  let key: KeyObject;
  const client = (): Client => new Client(() => product.url);
  const signed = (header: Claims, payload: Claims = {}): string =>
    forge(
      { header: { ...genuine.header, ...header }, payload: { ...genuine.payload, ...payload } },
      ed25519(key),
    );

  /** Refused where a user is needed and where none is, and always in the same words. */
  async function expectRefused(token: string): Promise<void> {
    const answers = [await client().get(ME, { token }), await client().get(PUBLIC, { token })];
    for (const answer of answers) {
      expectProblem(answer, 401, 'GATEWAY_TOKEN_INVALID');
      expect(answer.body.detail).toBe(refusal.body.detail);
      expect(answer.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
      expect(answer.text).not.toContain(token.slice(0, 40));
    }
  }
  let refusal: Answer;

  beforeAll(async () => {
    product = await Product.start({ LIMITS: 'off' });
    victim = await client().register();
    genuine = open(victim.accessToken ?? '');
    key = stolenKey(product.folder.path);
    refusal = await client().get(ME, { token: 'x.y.z' });
  }, 60_000);
  afterAll(() => product[Symbol.asyncDispose]());

  it('is let in with the genuine claims under the genuine key (the control of all others)', async () => {
    const answer = await client().get(ME, { token: signed({}) });
    expect([answer.status, answer.body.user?.id]).toEqual([200, victim.user?.id]);
  });

  it.each(['none', 'None', 'NONE', 'nOnE', ''])('names the algorithm %j', async (alg) => {
    const unsigned = `${encode({ ...genuine.header, alg })}.${encode(genuine.payload)}`;
    const [, , signature] = (victim.accessToken ?? '').split('.');
    for (const token of [unsigned, `${unsigned}.`, `${unsigned}.${signature}`]) await expectRefused(token);
    await expectRefused(signed({ alg }));
  });

  it('leaves the signature out, cuts it or takes the one of another token', async () => {
    const other = await client().register();
    const [header, payload, signature = ''] = (victim.accessToken ?? '').split('.');
    const [, theirs, foreign] = (other.accessToken ?? '').split('.');
    for (const token of [
      `${header}.${payload}`,
      `${header}.${payload}.`,
      `${header}.${payload}.${signature.slice(0, -4)}`,
      `${header}.${payload}.${signature}.${signature}`,
      `${header}.${payload}.${foreign}`,
      `${header}.${theirs}.${signature}`,
      `${header}.${payload}.${Buffer.alloc(64).toString('base64url')}`,
    ])
      await expectRefused(token);
  });

  it('signs by HMAC with our public key in every spelling of it', async () => {
    const { keys } = (await client().get('/.well-known/jwks.json')).body as {
      keys: ({ x: string; kid: string } & Record<string, string>)[];
    };
    const jwk = keys.find(({ kid }) => kid === genuine.header['kid']) ?? keys[0];
    const publicKey = createPublicKey({ key: jwk as never, format: 'jwk' });
    const pem = publicKey.export({ format: 'pem', type: 'spki' }).toString();
    const secrets = [
      pem,
      ` ${pem}`,
      pem.trim(),
      publicKey.export({ format: 'der', type: 'spki' }),
      Buffer.from(jwk?.x ?? '', 'base64url'),
      jwk?.x ?? '',
      JSON.stringify(jwk),
      '',
    ];
    for (const secret of secrets)
      await expectRefused(forge({ ...genuine, header: { ...genuine.header, alg: 'HS256' } }, hs256(secret)));
    await expectRefused(forge(genuine, hs256(pem)));
  });

  it('signs with a key of their own under our kid', async () => {
    await expectRefused(forge(genuine, ed25519(generateKeyPairSync('ed25519').privateKey)));
  });

  it.each([
    '../../../../dev/null',
    '/etc/passwd',
    "' OR 1=1 --",
    "x' UNION SELECT 'k' --",
    '__proto__',
    'constructor',
    '',
    'k'.repeat(10_000),
  ])('points with kid %.30j at something else than a key of ours', async (kid) => {
    const token = signed({ kid });
    const answer = await verbatim(product.url, { path: ME, headers: { authorization: `Bearer ${token}` } });
    if (token.length > 16_000) expect(answer.status).toBe(431);
    else expectProblem(answer, 401, 'GATEWAY_TOKEN_INVALID');
  });

  it.each([[1], [null], [{}], [['a']]])('gives a kid that is no text: %j', (kid) =>
    expectRefused(signed({ kid })),
  );

  describe('with a key on a server of their own', () => {
    const asked: string[] = [];
    const mine = generateKeyPairSync('ed25519');
    let server: Server;
    let url: string;
    beforeAll(async () => {
      server = createServer((request, response) => {
        asked.push(String(request.url));
        const jwk = { ...mine.publicKey.export({ format: 'jwk' }), kid: 'mine', alg: 'EdDSA', use: 'sig' };
        response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: [jwk] }));
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`;
    });
    afterAll(() => void server.close());

    it.each(['jku', 'x5u', 'kid', 'jwk', 'x5c', 'iss'])(
      'names it by %s, and nobody asks there',
      async (name) => {
        const jwk = { ...mine.publicKey.export({ format: 'jwk' }), kid: 'mine' };
        const value = name === 'jwk' ? jwk : name === 'x5c' ? [encode('certificate')] : url;
        const header = { ...genuine.header, ...(name !== 'kid' && { kid: 'mine' }), [name]: value };
        const payload = { ...genuine.payload, ...(name === 'iss' && { iss: url }) };
        await expectRefused(forge({ header, payload }, ed25519(mine.privateKey)));
        if (name !== 'kid' && name !== 'iss') await expectRefused(signed({ [name]: value }));
        expect(asked).toEqual([]);
      },
    );
  });

  it.each([
    { crit: ['exp'], exp: 1 },
    { crit: [] },
    { crit: ['b64'], b64: false },
    { b64: false },
    { zip: 'DEF' },
    { enc: 'A256GCM' },
    { cty: 'JWT' },
  ])('adds the header %j that we do not know', (header) => expectRefused(signed(header)));

  const now = (): number => Math.floor(Date.now() / 1000);
  it.each<readonly [string, () => Claims]>([
    ['has expired', () => ({ exp: now() - 1 })],
    ['expires never', () => ({ exp: undefined })],
    ['expires at a text', () => ({ exp: '9999999999' })],
    ['expires at null', () => ({ exp: null })],
    ['is not good yet', () => ({ nbf: now() + 3600 })],
    ['was issued in an hour', () => ({ iat: now() + 3600 })],
    ['was issued at no time', () => ({ iat: undefined })],
    ['comes from another issuer', () => ({ iss: 'https://evil.example' })],
    ['comes from nobody', () => ({ iss: undefined })],
    ['is for another audience', () => ({ aud: 'somebody-else' })],
    ['is for the BFF', () => ({ aud: 'web-bff' })],
    ['is for nobody', () => ({ aud: undefined })],
    ['is about nobody', () => ({ sub: undefined })],
    ['is about a text', () => ({ sub: '1 OR 1=1' })],
    ['is about zero', () => ({ sub: '0' })],
    ['is about a number', () => ({ sub: 1 })],
    ['belongs to no session', () => ({ sid: undefined })],
    ['has a role we do not know', () => ({ roles: ['user', 'superuser'] })],
    ['has a text for roles', () => ({ roles: 'admin' })],
    ['has a level beyond the last', () => ({ level: 7 })],
  ])('signs a token with the stolen key that %s', (_what, claims) => expectRefused(signed({}, claims())));

  it.each(['JWT', 'jwt', 'id+jwt', 'internal+jwt', 'AT+JWT ', undefined])(
    'passes a token of the type %j off as an access token',
    (typ) => expectRefused(signed({ typ })),
  );

  it('shows a refresh token as an access token', () => expectRefused(victim.refreshToken ?? ''));

  it('shows a token that our processes sign for each other', async () => {
    const secret = stolenInternalSecret(product.folder.path);
    const payload = { ...genuine.payload, iss: 'storey-internal', iat: now(), exp: now() + 60 };
    for (const aud of ['web-bff', 'admin-bff', 'account', 'storey'])
      await expectRefused(
        forge({ header: { alg: 'HS256', typ: 'internal+jwt' }, payload: { ...payload, aud } }, hs256(secret)),
      );
  });

  it('replays the token of a session that has logged out', async () => {
    const person = await client().register();
    expect((await person.get(ME)).status).toBe(200);
    await person.post('/auth/v1/logout');
    await eventually(() => expectRefused(person.accessToken ?? ''), { timeoutMs: 5000 });
    await eventually(() => expectRefused(signed({}, open(person.accessToken ?? '').payload)), {
      timeoutMs: 5000,
    });
  });

  it('replays a token from before the password was changed', async () => {
    const username = uniqueName();
    const owner = await client().register(username, PASSWORD);
    const thief = await client().login(username, PASSWORD);
    const { status } = await owner.post('/auth/v1/password', { current: PASSWORD, next: 'another password' });
    expect(status).toBe(204);
    await eventually(() => expectRefused(thief.accessToken ?? ''), { timeoutMs: 5000 });
    const refreshed = await client().post('/auth/v1/refresh', { refreshToken: thief.refreshToken });
    expectProblem(refreshed, 401, 'ACCOUNT_SESSION_REVOKED');
  });

  it('uses a refresh token twice, and ends the whole session by that', async () => {
    const person = await client().register();
    const next = await client().post('/auth/v1/refresh', { refreshToken: person.refreshToken });
    expect(next.status).toBe(200);
    const again = await client().post('/auth/v1/refresh', { refreshToken: person.refreshToken });
    expectProblem(again, 401, 'ACCOUNT_SESSION_REVOKED');
    const { refreshToken, accessToken } = next.body as { refreshToken: string; accessToken: string };
    expectProblem(await client().post('/auth/v1/refresh', { refreshToken }), 401, 'ACCOUNT_SESSION_REVOKED');
    await eventually(() => expectRefused(accessToken), { timeoutMs: 5000 });
  });

  it('guesses a refresh token for a known session, and ends nobody else’s by it', async () => {
    const person = await client().register();
    const token = Buffer.from(person.refreshToken ?? '', 'base64url');
    const guess = Buffer.concat([token.subarray(0, 8), randomBytes(token.length - 8)]).toString('base64url');
    expectProblem(
      await client().post('/auth/v1/refresh', { refreshToken: guess }),
      401,
      'ACCOUNT_SESSION_REVOKED',
    );
    expect((await person.get(ME)).status).toBe(200);
    expect((await client().post('/auth/v1/refresh', { refreshToken: person.refreshToken })).status).toBe(200);
  });

  it.each(['', 'x', 'null', 'A'.repeat(75), 'A'.repeat(5_000), '\u{1f600}', "' OR 1=1 --"])(
    'shows %.20j as a refresh token',
    async (refreshToken) => {
      expectProblem(await client().post('/auth/v1/refresh', { refreshToken }), [400, 401]);
    },
  );

  it('puts the token into the query, a cookie or the body, where it is no token', async () => {
    const token = victim.accessToken ?? '';
    for (const [path, headers] of [
      [`${ME}?access_token=${token}`, {}],
      [`${ME}?token=${token}&authorization=Bearer%20${token}`, {}],
      [ME, { cookie: `access_token=${token}; authorization=Bearer ${token}` }],
      [ME, { 'proxy-authorization': `Bearer ${token}`, 'x-authorization': `Bearer ${token}` }],
    ] as const) {
      const answer = await client().get(path, { headers });
      expectProblem(answer, 401, 'GATEWAY_TOKEN_REQUIRED');
      expect(answer.text).not.toContain(token);
    }
  });

  it('sends two Authorization headers, of which two readers may choose two', async () => {
    const authorization = [`Bearer ${victim.accessToken}`, 'Bearer x.y.z'];
    for (const values of [authorization, authorization.toReversed(), [authorization[0], authorization[0]]]) {
      const answer = await verbatim(product.url, {
        path: ME,
        headers: { authorization: values as string[] },
      });
      expectProblem(answer, 400, 'COMMON_REQUEST_INVALID');
    }
  });

  it.each([9_000, 15_000])('sends a token of %i bytes', (length) =>
    expectRefused(`${'a'.repeat(length - 4)}.b.c`),
  );

  it('sends a token that is larger than all headers may be', async () => {
    const headers = { authorization: `Bearer ${'a'.repeat(17_000)}.b.c` };
    expectProblem(await verbatim(product.url, { path: ME, headers }), 431);
  });

  it.each([
    'Basic cm9vdDpyb290',
    'Bearer',
    'Bearer ',
    'bearer  x',
    'Token x',
    'Bearer a b',
    'null',
    'Digest x="y"',
  ])('sends Authorization: %s', async (authorization) => {
    for (const path of [ME, PUBLIC])
      expectProblem(
        await verbatim(product.url, { path, headers: { authorization } }),
        401,
        'GATEWAY_TOKEN_INVALID',
      );
  });

  it('changes the end or the beginning of a token that was verified a moment ago', async () => {
    const token = victim.accessToken ?? '';
    expect((await client().get(ME, { token })).status).toBe(200);
    const last = token.length - 10;
    const flipped = token.slice(0, last) + (token[last] === 'A' ? 'B' : 'A') + token.slice(last + 1);
    for (const other of [
      flipped,
      `${token}A`,
      `${token}=`,
      `A${token}`,
      token.slice(0, -1),
      token.toUpperCase(),
    ])
      await expectRefused(other);
    expect((await client().get(ME, { token })).status).toBe(200);
  });

  it('raises the own role inside a token without signing it anew', async () => {
    const [header, , signature] = (victim.accessToken ?? '').split('.');
    const payload = encode({ ...genuine.payload, roles: ['user', 'admin'] });
    const answer = await client().get('/admin/v1/queue', { token: `${header}.${payload}.${signature}` });
    expectProblem(answer, 401, 'GATEWAY_TOKEN_INVALID');
  });
});
