import { importSigningKey, publicJwk, type SigningKey } from '@storey/auth';
import { Clock } from '@storey/context';
import { unavailable } from '@storey/errors';
import { Injectable } from '@nestjs/common';
import { Store } from '../store.js';
import { signs } from './key-rotation.js';

/** For how long a process goes on signing with the key it knows before it looks again. */
export const LOOK_EVERY_MS = 60_000;

/** The key that signs, and the keys that verify. */
@Injectable()
export class KeyRing {
  #known: { readonly at: number; readonly key: Promise<SigningKey> } | undefined;

  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
  ) {}

  /** Never older than a minute, so that a retired key stops signing everywhere while it is still published. */
  current(): Promise<SigningKey> {
    const now = this.clock.monotonic();
    if (this.#known && now - this.#known.at < LOOK_EVERY_MS) return this.#known.key;
    const known = { at: now, key: this.#load() };
    this.#known = known;
    known.key.catch(() => {
      if (this.#known === known) this.#known = undefined;
    });
    return known.key;
  }

  /** The JWK set of every key that may have signed a living token or may soon sign one, as it is now. */
  async jwks(): Promise<string> {
    const rows = await this.store.signingKeys.all();
    return JSON.stringify({ keys: rows.map((row) => publicJwk(importSigningKey(row.private_jwk))) });
  }

  async #load(): Promise<SigningKey> {
    const row = signs(await this.store.signingKeys.all());
    if (!row) throw unavailable('There is no signing key yet.');
    return importSigningKey(row.private_jwk);
  }
}
