import { type KeyObject } from 'node:crypto';
import { systemClock, type Clock, type Principal } from '@storey/context';
import { jwtVerify, type JWTPayload } from 'jose';
import { ACCESS_TOKEN } from './access-tokens.js';
import { principalOf, refusal, strictHeader } from './claims.js';
import { tokenInvalid } from './token-invalid.js';
import { VerifiedTokens, type Verified } from './verified-tokens.js';

/** How far ahead of ours the issuer's clock may be. Expiry has no such grace. */
const TOLERANCE_SECONDS = 30;
const REFRESH_EVERY_MS = 1000;

export interface AccessTokenVerifierOptions {
  /** The public keys in force, by kid; asked on every verification, so a swap takes effect at once. */
  readonly jwks: () => ReadonlyMap<string, KeyObject>;
  /** Loads the keys anew when a token names an unknown one; called at most once a second. */
  readonly refresh?: () => Promise<void>;
  readonly clock?: Clock;
  readonly issuer?: string;
  readonly audience?: string;
  readonly maxEntries?: number;
}

/** What a good access token says. */
export interface AccessClaims {
  readonly principal: Principal;
  /** Wall clock, ms. */
  readonly issuedAtMs: number;
}

interface VerifiedAccess extends Verified {
  readonly kid: string;
  readonly claims: AccessClaims;
}

/**
 * Checks the tokens of clients: EdDSA only, by a key that `kid` finds in a map and nowhere else. Whether the session
 * is still good is not asked here.
 */
export class AccessTokenVerifier {
  readonly #options: AccessTokenVerifierOptions;
  readonly #clock: Clock;
  readonly #cache: VerifiedTokens<VerifiedAccess>;
  #refresh: { readonly at: number; readonly done: Promise<void> } | undefined;
  #verifyCount = 0;

  constructor(options: AccessTokenVerifierOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#cache = new VerifiedTokens(this.#clock, options.maxEntries ?? 10_000);
  }

  /** Signatures checked so far. */
  get verified(): number {
    return this.#verifyCount;
  }

  /**
   * @throws AppError unauthenticated, code GATEWAY_TOKEN_INVALID; or what `refresh` throws when the key that the
   *   token names could not be looked for.
   */
  async verify(token: string): Promise<AccessClaims> {
    const verified = await this.#cache.get(token, () => this.#check(token));
    if (!this.#isInForce(verified)) throw tokenInvalid();
    return verified.claims;
  }

  /** What `verify` would say, at once, about a token that was checked before and is still good; else `undefined`. */
  known(token: string): AccessClaims | undefined {
    const verified = this.#cache.known(token);
    return verified && this.#isInForce(verified) ? verified.claims : undefined;
  }

  #isInForce({ kid }: VerifiedAccess): boolean {
    return this.#options.jwks().has(kid);
  }

  async #check(token: string): Promise<VerifiedAccess> {
    const { alg, typ } = ACCESS_TOKEN;
    const { kid } = strictHeader(token, { alg, typ, names: ['alg', 'typ', 'kid'] });
    if (typeof kid !== 'string') throw tokenInvalid();
    const payload = await this.#payload(token, await this.#keyOf(kid));
    const expiresAt = Number(payload.exp) * 1000;
    const issuedAt = Number(payload.iat) * 1000 + partOfSecond(payload.ms);
    const now = this.#clock.now();
    if (expiresAt <= now || issuedAt > now + TOLERANCE_SECONDS * 1000) throw tokenInvalid();
    return { kid, expiresAt, claims: { principal: principalOf(payload), issuedAtMs: issuedAt } };
  }

  async #keyOf(kid: string): Promise<KeyObject> {
    const known = this.#options.jwks().get(kid);
    if (known) return known;
    await this.#refreshOnce();
    const loaded = this.#options.jwks().get(kid);
    if (!loaded) throw tokenInvalid();
    return loaded;
  }

  /** Everyone who comes within the same second shares one refresh, and its failure. */
  #refreshOnce(): Promise<void> {
    const now = this.#clock.monotonic();
    const { refresh } = this.#options;
    if (!this.#refresh || now - this.#refresh.at >= REFRESH_EVERY_MS) {
      this.#refresh = { at: now, done: refresh?.() ?? Promise.resolve() };
    }
    return this.#refresh.done;
  }

  async #payload(token: string, key: KeyObject): Promise<JWTPayload> {
    this.#verifyCount++;
    try {
      const { payload } = await jwtVerify(token, key, {
        algorithms: [ACCESS_TOKEN.alg],
        issuer: this.#options.issuer ?? ACCESS_TOKEN.issuer,
        audience: this.#options.audience ?? ACCESS_TOKEN.audience,
        requiredClaims: ['exp', 'iat', 'sub'],
        clockTolerance: TOLERANCE_SECONDS,
        currentDate: new Date(this.#clock.now()),
      });
      return payload;
    } catch (error) {
      throw refusal(error);
    }
  }
}

/** Whole ms of the second in which a token was issued; 0 when it does not say. */
const partOfSecond = (ms: unknown): number =>
  typeof ms === 'number' && Number.isInteger(ms) && ms > 0 && ms < 1000 ? ms : 0;
