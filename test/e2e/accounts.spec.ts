import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@storey/testing';
import { Client, uniqueName } from '../support/client.js';
import { Product } from '../support/product.js';
import { RESTART_MS, ownProcessOnly } from '../support/topology/topology.js';

describe('accounts', () => {
  let product: Product;
  const client = (): Client => new Client(() => product.url);
  beforeAll(async () => {
    product = await Product.start({ LIMITS: 'off' });
  }, 60_000);
  afterAll(() => product[Symbol.asyncDispose]());

  it('registers, signs in, tells who one is, and signs out everywhere within a second', async () => {
    const username = uniqueName();
    const registered = await client().post('/auth/v1/register', {
      username,
      password: 'a good password',
      displayName: '小明',
    });
    expect(registered.status).toBe(201);
    expect(registered.body).toMatchObject({
      user: {
        username,
        displayName: '小明',
        level: expect.any(Number),
        roles: ['user'],
        points: expect.any(Number),
      },
      expiresIn: 900,
    });
    expect(registered.headers.get('cache-control')).toBe('no-store');

    const person = await client().login(username);
    expect((await person.get('/auth/v1/me')).body.user.id).toBe(registered.body.user.id);
    const { status } = await person.post('/auth/v1/logout');
    expect(status).toBe(204);
    await eventually(
      async () => expect((await person.get('/auth/v1/me')).body.code).toBe('GATEWAY_TOKEN_INVALID'),
      { timeoutMs: 5000 },
    );
    expect((await person.get('/healthz')).status).toBe(200);
    expect((await person.get('/web/v1/subjects/video/x/counts')).status).toBe(401);
  });

  it('folds the case of a name and gives it once', async () => {
    const username = uniqueName();
    await client().register(username);
    const again = await client().post('/auth/v1/register', {
      username: username.toUpperCase(),
      password: 'a good password',
    });
    expect([again.status, again.body.code]).toEqual([409, 'ACCOUNT_USERNAME_TAKEN']);
  });

  it('answers the same for a wrong password and an unknown name', async () => {
    const username = uniqueName();
    await client().register(username);
    const wrong = await client().post('/auth/v1/login', { username, password: 'not the password' });
    const unknown = await client().post('/auth/v1/login', {
      username: uniqueName(),
      password: 'not the password',
    });
    for (const answer of [wrong, unknown])
      expect([answer.status, answer.body.code]).toEqual([401, 'ACCOUNT_CREDENTIALS_INVALID']);
    expect(wrong.body.detail).toBe(unknown.body.detail);
  });

  it('rotates refresh tokens and revokes the session when a spent one comes again', async () => {
    const person = await client().register();
    const first = await client().post('/auth/v1/refresh', { refreshToken: person.refreshToken });
    expect(first.status).toBe(200);
    const again = await client().post('/auth/v1/refresh', { refreshToken: person.refreshToken });
    expect([again.status, again.body.code]).toEqual([401, 'ACCOUNT_SESSION_REVOKED']);
    const rotated = await client().post('/auth/v1/refresh', { refreshToken: first.body.refreshToken });
    expect(rotated.status).toBe(401);
    await eventually(
      async () =>
        expect((await client().get('/auth/v1/me', { token: first.body.accessToken })).status).toBe(401),
      { timeoutMs: 5000 },
    );
  });

  it(
    'keeps a logout over kill -9',
    async () => {
      const person = await client().register();
      const other = await client().register();
      await person.post('/auth/v1/logout');
      await product.crash();
      expect((await person.get('/auth/v1/me')).status).toBe(401);
      expect((await other.get('/auth/v1/me')).status).toBe(200);
    },
    RESTART_MS,
  );

  it('ends all other sessions when the password changes', async () => {
    const username = uniqueName();
    const here = await client().register(username);
    const there = await client().login(username);
    expect(
      (await here.post('/auth/v1/password', { current: 'wrong password', next: 'another password' })).status,
    ).toBe(401);
    expect(
      (await here.post('/auth/v1/password', { current: 'a good password', next: 'another password' })).status,
    ).toBe(204);
    await eventually(async () => expect((await there.get('/auth/v1/me')).status).toBe(401), {
      timeoutMs: 5000,
    });
    expect((await here.get('/auth/v1/me')).status).toBe(200);
    await client().login(username, 'another password');
  });

  it('lets an administrator give and take roles', async () => {
    const root = await client().login('root', 'correct horse battery');
    const username = uniqueName();
    const person = await client().register(username);
    expect(
      (await person.put(`/admin/v1/users/${person.user?.id}/roles`, { roles: ['admin'] })).body.code,
    ).toBe('GATEWAY_FORBIDDEN');
    expect(
      (await root.put(`/admin/v1/users/${person.user?.id}/roles`, { roles: ['moderator'] })).status,
    ).toBe(204);
    const moderator = await client().login(username);
    expect((await moderator.get('/auth/v1/me')).body.user.roles).toContain('moderator');
    expect((await moderator.get('/admin/v1/nothing-here')).status).toBe(404);

    expect((await root.put(`/admin/v1/users/${person.user?.id}/roles`, { roles: ['user'] })).status).toBe(
      204,
    );
    await eventually(async () => expect((await moderator.get('/auth/v1/me')).status).toBe(401), {
      timeoutMs: 5000,
    });
    expect((await client().post('/auth/v1/refresh', { refreshToken: moderator.refreshToken })).status).toBe(
      200,
    );
  });

  it('publishes the keys that its tokens verify with', async () => {
    const person = await client().register();
    const { kid, alg, typ } = JSON.parse(
      Buffer.from(person.accessToken?.split('.')[0] ?? '', 'base64url').toString(),
    ) as Record<string, string>;
    const { keys } = (await client().get('/.well-known/jwks.json')).body;
    expect(keys).toContainEqual(expect.objectContaining({ kid, kty: 'OKP', crv: 'Ed25519' }));
    expect({ alg, typ }).toEqual({ alg: 'EdDSA', typ: 'at+jwt' });
    expect(JSON.stringify(keys)).not.toContain('"d"');
  });
});

ownProcessOnly('on compose every app would start anew for it, twice').describe('limits', () => {
  it(
    'answer 429 with Retry-After after ten failed logins on one name, whoever tries',
    async () => {
      await using product = await Product.start({ LIMITS: 'on' });
      const client = new Client(() => product.url);
      const username = uniqueName();
      await client.register(username);
      const statuses: number[] = [];
      for (let i = 0; i < 11; i += 1) {
        const { status, headers } = await client.post('/auth/v1/login', {
          username,
          password: 'not the password',
        });
        statuses.push(status);
        if (status === 429) expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
      }
      expect(statuses).toEqual([...Array.from({ length: 10 }, () => 401), 429]);
    },
    RESTART_MS,
  );
});
