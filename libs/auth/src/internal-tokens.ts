import { systemClock, type Clock, type Principal } from '@storey/context';
import { LRUCache } from 'lru-cache';
import { SignJWT, jwtVerify, type JWTPayload } from 'jose';
import { claimsOf, principalOf, refusal, strictHeader } from './claims.js';
import { tokenInvalid } from './token-invalid.js';
import { VerifiedTokens, type Verified } from './verified-tokens.js';

const ISSUER = 'storey-internal';
const TYP = 'internal+jwt';
const ALG = 'HS256';
const LIFE_SECONDS = 60;
const MIN_SECRET_BYTES = 32;

export interface InternalTokensOptions {
  /** At least 32 bytes, shared by every instance of every app. */
  readonly secret: Uint8Array;
  readonly clock?: Clock;
  /** Tokens remembered on each side. */
  readonly maxEntries?: number;
}

interface Minted {
  readonly token: Promise<string>;
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
    this.#verified = new VerifiedTokens(clock, maxEntries);
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
  mint(principal: Principal | undefined, audience: string): Promise<string> {
    const key = JSON.stringify([audience, principal?.userId, principal && claimsOf(principal)]);
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

  #sign(principal: Principal | undefined, audience: string, issuedAt: number): Promise<string> {
    this.#mintCount++;
    const jwt = new SignJWT(principal ? claimsOf(principal) : {})
      .setProtectedHeader({ alg: ALG, typ: TYP })
      .setIssuer(ISSUER)
      .setAudience(audience)
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + LIFE_SECONDS);
    if (principal) jwt.setSubject(principal.userId);
    return jwt.sign(this.#secret);
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
