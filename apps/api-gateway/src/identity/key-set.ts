import { type KeyObject } from 'node:crypto';
import { importJwks } from '@storey/auth';

/** account-service's public keys, as last loaded. */
export class KeySet {
  #keys: ReadonlyMap<string, KeyObject> = new Map();

  /** @param load a JWK set as JSON. */
  constructor(private readonly load: () => Promise<string>) {}

  get keys(): ReadonlyMap<string, KeyObject> {
    return this.#keys;
  }

  async refresh(): Promise<void> {
    this.#keys = importJwks(JSON.parse(await this.load()) as { keys: readonly unknown[] });
  }
}
