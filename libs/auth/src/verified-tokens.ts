import { hash } from 'node:crypto';
import { type Clock } from '@storey/context';
import { LRUCache } from 'lru-cache';

export interface Verified {
  /** Wall clock, ms: from then on the token is worth nothing. */
  readonly expiresAt: number;
}

/**
 * Remembers which tokens were found good, so that a signature is checked once. The key is the SHA-256 of the whole
 * token, signature included, unless told otherwise: no two tokens share an entry, and a memory dump holds none.
 * Refusals are not kept. Concurrent questions about one token share one check.
 */
export class VerifiedTokens<T extends Verified> {
  readonly #good: LRUCache<string, T>;
  readonly #running = new Map<string, Promise<T>>();
  readonly #clock: Clock;
  readonly #keyOf: (token: string) => string;

  /** @param keyOf must differ for each two tokens. */
  constructor(clock: Clock, max: number, keyOf: (token: string) => string = sha256) {
    this.#clock = clock;
    this.#keyOf = keyOf;
    this.#good = new LRUCache({ max });
  }

  /** What was found out about a token that is still good; `undefined` = it has to be checked. */
  known(token: string): T | undefined {
    return this.#find(this.#keyOf(token));
  }

  async get(token: string, verify: () => Promise<T>): Promise<T> {
    const key = this.#keyOf(token);
    return this.#find(key) ?? this.#running.get(key) ?? this.#start(key, verify);
  }

  #find(key: string): T | undefined {
    const known = this.#good.get(key);
    if (!known || known.expiresAt > this.#clock.now()) return known;
    this.#good.delete(key);
    return undefined;
  }

  #start(key: string, verify: () => Promise<T>): Promise<T> {
    const run = this.#verify(key, verify).finally(() => this.#running.delete(key));
    this.#running.set(key, run);
    return run;
  }

  async #verify(key: string, verify: () => Promise<T>): Promise<T> {
    const verified = await verify();
    this.#good.set(key, verified);
    return verified;
  }
}

const sha256 = (token: string): string => hash('sha256', token, 'base64url');
