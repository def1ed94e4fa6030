import { createHmac } from 'node:crypto';
import { systemClock, type Clock, type Principal } from '@storey/context';
import { LRUCache } from 'lru-cache';
import { jwtVerify, type JWTPayload } from 'jose';
import { claimsOf, principalOf, refusal, strictHeader } from './claims.js';
import { tokenInvalid } from './token-invalid.js';
import { VerifiedTokens, type Verified } from './verified-tokens.js';

const ISSUER = 'storey-internal';
const TYP = 'internal+jwt';
const ALG = 'HS256';
const LIFE_SECONDS = 60;
const MIN_SECRET_BYTES = 32;
const HEADER = encode({ alg: ALG, typ: TYP });

export interface InternalTokensOptions {
  /** At least 32 bytes, shared by every instance of every app. */
  readonly secret: Uint8Array;
  readonly clock?: Clock;
  /** Tokens remembered on each side. */
  readonly maxEntries?: number;
}

interface Minted {
  readonly token: string;
  readonly reuseUntil: number;
}

interface VerifiedInternal extends Verified {
  readonly audience: string;
  readonly principal: Principal | undefined;
}

/**
 * The tokens that our own processes show each other, good for 60 s and one audience. They carry who asks, or, for
 * an anonymous caller, only that one of us asks. A token is reused for half its life, so a signed-in reader costs
 * one signature and one check per 30 s and hop, not per request.
 */
export class InternalTokens {
  readonly #secret: Uint8Array;
  readonly #clock: Clock;
  readonly #minted: LRUCache<string, Minted>;
  readonly #verified: VerifiedTokens<VerifiedInternal>;
  #mintCount = 0;
  #verifyCount = 0;

  constructor({ secret, clock = systemClock, maxEntries = 10_000 }: InternalTokensOptions) {
    if (secret.length < MIN_SECRET_BYTES) {
      throw new Error(`The internal token secret must have at least ${MIN_SECRET_BYTES} bytes.`);
    }
    this.#secret = secret;
    this.#clock = clock;
    this.#minted = new LRUCache({ max: maxEntries });
    // Kept as they are: whoever reads this memory finds the secret beside them.
    this.#verified = new VerifiedTokens(clock, maxEntries, (token) => token);
  }

  /** Signatures made so far. */
  get minted(): number {
    return this.#mintCount;
  }

  /** Signatures checked so far. */
  get verified(): number {
    return this.#verifyCount;
  }

  /** @param principal `undefined` for an anonymous caller. */
  mint(principal: Principal | undefined, audience: string): string {
    const key = principal ? nameOf(principal, audience) : audience;
    const now = this.#clock.now();
    const known = this.#minted.get(key);
    if (known && now < known.reuseUntil) return known.token;
    const token = this.#sign(principal, audience, Math.floor(now / 1000));
    this.#minted.set(key, { token, reuseUntil: now + (LIFE_SECONDS / 2) * 1000 });
    return token;
  }

  /**
   * @returns who asks; `undefined` for an anonymous caller.
   * @throws AppError unauthenticated, code GATEWAY_TOKEN_INVALID
   */
  async verify(token: string, audience: string): Promise<Principal | undefined> {
    const verified = await this.#verified.get(token, () => this.#check(token));
    if (verified.audience !== audience) throw tokenInvalid();
    return verified.principal;
  }

  /** What `verify` would say, at once, of a token that was checked before and is still good; else `undefined`. */
  known(token: string, audience: string): { readonly principal: Principal | undefined } | undefined {
    const verified = this.#verified.known(token);
    return verified?.audience === audience ? verified : undefined;
  }

  /** By hand, for `jose` can't do it at once; what is made here, it must accept. */
  #sign(principal: Principal | undefined, audience: string, issuedAt: number): string {
    this.#mintCount++;
    const claims = {
      ...(principal && { ...claimsOf(principal), sub: principal.userId }),
      iss: ISSUER,
      aud: audience,
      iat: issuedAt,
      exp: issuedAt + LIFE_SECONDS,
    };
    const content = `${HEADER}.${encode(claims)}`;
    return `${content}.${createHmac('sha256', this.#secret).update(content).digest('base64url')}`;
  }

  /** Without the audience, so that what is remembered about a token is true for everyone who asks. */
  async #check(token: string): Promise<VerifiedInternal> {
    strictHeader(token, { alg: ALG, typ: TYP, names: ['alg', 'typ'] });
    this.#verifyCount++;
    const payload = await this.#payload(token);
    if (typeof payload.aud !== 'string') throw tokenInvalid();
    return {
      audience: payload.aud,
      expiresAt: Number(payload.exp) * 1000,
      principal: payload.sub === undefined ? undefined : principalOf(payload),
    };
  }

  async #payload(token: string): Promise<JWTPayload> {
    try {
      const { payload } = await jwtVerify(token, this.#secret, {
        algorithms: [ALG],
        issuer: ISSUER,
        requiredClaims: ['exp', 'iat', 'aud'],
        currentDate: new Date(this.#clock.now()),
      });
      return payload;
    } catch (error) {
      throw refusal(error);
    }
  }
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}

/** Of all that a token says of a principal. Only the last part is free text, so no two principals share a name. */
const nameOf = ({ userId, sessionId, roles, level }: Principal, audience: string): string =>
  `${audience} ${level} ${roles.join()} ${userId} ${sessionId}`;
