import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { FakeClock, type Principal } from '@storey/context';
import {
  AccessTokenVerifier,
  exportSigningKey,
  generateSigningKey,
  importJwks,
  importSigningKey,
  publicJwk,
  signAccessToken,
} from './index.js';

const ann: Principal = { userId: '42', sessionId: 's1', roles: [], level: 0 };

describe('a signing key', () => {
  it('keeps its name and its signatures through JSON', async () => {
    const clock = new FakeClock();
    const key = generateSigningKey();
    const restored = importSigningKey(exportSigningKey(key));
    expect(restored.kid).toBe(key.kid);
    const jwks = importJwks({ keys: [publicJwk(key)] });
    const verifier = new AccessTokenVerifier({ jwks: () => jwks, clock });
    await expect(
      verifier.verify(await signAccessToken(restored, { principal: ann, clock })),
    ).resolves.toMatchObject({ principal: ann });
  });

  it('is published without its private part', () => {
    expect(Object.keys(publicJwk(generateSigningKey())).sort()).toEqual([
      'alg',
      'crv',
      'kid',
      'kty',
      'use',
      'x',
    ]);
  });

  it('is never of another kind', () => {
    const jwk = generateKeyPairSync('ed448').privateKey.export({ format: 'jwk' });
    expect(() => importSigningKey(JSON.stringify(jwk))).toThrow('Ed25519');
  });
});

describe('a JWKS', () => {
  it('passes over keys of other kinds', () => {
    const key = generateSigningKey();
    const rsa = { kty: 'RSA', kid: 'r', n: 'AA', e: 'AQAB' };
    const oct = { kty: 'oct', kid: 'o', k: 'AAAA' };
    expect([...importJwks({ keys: [rsa, null, oct, publicJwk(key)] }).keys()]).toEqual([key.kid]);
  });

  it('is refused whole when one of ours is malformed, or when it is huge', () => {
    const key = publicJwk(generateSigningKey());
    expect(() => importJwks({ keys: [{ ...key, x: 'short' }] })).toThrow();
    expect(() => importJwks({ keys: Array.from({ length: 101 }, () => key) })).toThrow('100');
  });
});
