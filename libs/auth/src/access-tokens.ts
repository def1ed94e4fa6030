import { type KeyObject } from 'node:crypto';
import { systemClock, type Clock, type Principal } from '@storey/context';
import { SignJWT } from 'jose';
import { claimsOf } from './claims.js';

/** Header and fixed claims of the tokens that clients hold. */
export const ACCESS_TOKEN = { alg: 'EdDSA', typ: 'at+jwt', issuer: 'storey', audience: 'storey' } as const;

export interface AccessTokenInit {
  readonly principal: Principal;
  /** 900 by default. */
  readonly ttlSeconds?: number;
  /** Since when what the token says of its owner is known to be true. Default: now. */
  readonly issuedAtMs?: number;
  readonly clock?: Clock;
}

/** A token for a client (RFC 9068), good for one audience: the gateway. */
export function signAccessToken(
  key: { readonly kid: string; readonly privateKey: KeyObject },
  { principal, ttlSeconds = 900, clock = systemClock, issuedAtMs = clock.now() }: AccessTokenInit,
): Promise<string> {
  const issuedAt = Math.floor(issuedAtMs / 1000);
  // The rest of the second, ms: a token made right after a user-wide revocation is good.
  return new SignJWT({ ...claimsOf(principal), ms: issuedAtMs - issuedAt * 1000 })
    .setProtectedHeader({ alg: ACCESS_TOKEN.alg, typ: ACCESS_TOKEN.typ, kid: key.kid })
    .setIssuer(ACCESS_TOKEN.issuer)
    .setAudience(ACCESS_TOKEN.audience)
    .setSubject(principal.userId)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + ttlSeconds)
    .sign(key.privateKey);
}
