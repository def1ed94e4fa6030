import { type IncomingMessage } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { AccessTokenVerifier, generateSigningKey, signAccessToken } from '@storey/auth';
import { FakeClock, type Principal, type Role } from '@storey/context';
import { Identity, requireRole } from './identity.js';

const STAFF: readonly Role[] = ['moderator', 'admin'];
const someone = (...roles: Role[]): Principal => ({ userId: '1', sessionId: '2', roles, level: 6 });
const required = { kind: 'unauthenticated', code: 'GATEWAY_TOKEN_REQUIRED' };
const forbidden = { kind: 'forbidden', code: 'GATEWAY_FORBIDDEN' };

/** @returns what was thrown, if anything. */
function thrown(principal: Principal | undefined, roles: readonly Role[] | undefined): unknown {
  try {
    requireRole(principal, roles);
    return undefined;
  } catch (error) {
    return error;
  }
}

describe('requireRole', () => {
  it('lets everyone in where no role is asked for', () => {
    expect(thrown(undefined, undefined)).toBeUndefined();
    expect(thrown(someone('user'), undefined)).toBeUndefined();
  });

  it('asks the anonymous to sign in', () => {
    expect(thrown(undefined, STAFF)).toMatchObject(required);
  });

  it('forbids whoever has none of the roles, also when none would do', () => {
    expect(thrown(someone('user'), STAFF)).toMatchObject(forbidden);
    expect(thrown(someone(), STAFF)).toMatchObject(forbidden);
    expect(thrown(someone('user', 'moderator', 'admin'), [])).toMatchObject(forbidden);
  });

  it('lets in whoever has one of the roles', () => {
    expect(thrown(someone('user', 'moderator'), STAFF)).toBeUndefined();
    expect(thrown(someone('admin'), STAFF)).toBeUndefined();
    expect(thrown(someone('user', 'moderator'), ['admin'])).toMatchObject(forbidden);
  });
});

describe('Identity', () => {
  const ann = { ...someone('user'), sessionId: 'ann' };
  const bob = { ...someone('user'), userId: '2', sessionId: 'bob' };
  const invalid = { kind: 'unauthenticated', code: 'GATEWAY_TOKEN_INVALID' };

  function setup() {
    const clock = new FakeClock();
    const key = generateSigningKey();
    const keys = new Map([[key.kid, key.publicKey]]);
    const verifier = new AccessTokenVerifier({ jwks: () => keys, clock });
    const revoked = new Set<string>();
    const identity = new Identity(verifier, { isRevoked: (sessionId) => revoked.has(sessionId) });
    const of = (authorization?: string) =>
      identity.of({ headers: authorization === undefined ? {} : { authorization } } as IncomingMessage);
    const sign = (principal: Principal) => signAccessToken(key, { principal, clock });
    return { clock, revoked, verifier, of, sign };
  }

  it('knows everyone by his own token, and checks its signature once', async () => {
    const { of, sign, verifier } = setup();
    const [hers, his] = [await sign(ann), await sign(bob)];
    for (let round = 0; round < 2; round++) {
      const all = await Promise.all([of(`Bearer ${hers}`), of(`bearer ${his}`), of()]);
      expect(all).toEqual([ann, bob, undefined]);
    }
    expect(verifier.verified).toBe(2);
  });

  it('asks each time whether a session was revoked, though its token was seen before', async () => {
    const { of, sign, revoked } = setup();
    const token = `Bearer ${await sign(ann)}`;
    await of(token);
    revoked.add('ann');
    await expect(of(token)).rejects.toMatchObject(invalid);
  });

  it('refuses a token beyond its life, though it was seen before', async () => {
    const { of, sign, clock } = setup();
    const token = `Bearer ${await sign(ann)}`;
    await of(token);
    await clock.advance(900_000);
    await expect(of(token)).rejects.toMatchObject(invalid);
  });

  it('refuses what is no bearer token, and a good one that is spelled otherwise', async () => {
    const { of, sign } = setup();
    const token = await sign(ann);
    await of(`Bearer ${token}`);
    for (const bad of [
      '',
      token,
      `Basic ${token}`,
      `Bearer  ${token}`,
      `Bearer ${token} `,
      `Bearer ${token}=`,
    ])
      await expect(of(bad)).rejects.toMatchObject(invalid);
  });
});
