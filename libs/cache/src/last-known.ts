import { type Leased } from './cache-store.js';
import { type CacheId } from './definition.js';
import { decodeEntry } from './entry.js';
import { chunksOf } from './loading.js';
import { LEASE_MS, MAX_LOAD, type Found, type Scope } from './scope.js';

/** What stood beside the entries when a load began, and the right to write there. */
export type Claims<Id> = ReadonlyMap<Id, Leased>;

/**
 * Beside each entry, under `KEY:k`, its value stands once more and outlives it: past its life and past being invalidated, for
 * whoever finds that loading fails. It is written after the entry only, by who filled that, and over nothing but what
 * stood there when his load began. As a filled entry shows that nobody wrote or removed it since, what was removed here
 * never comes back.
 */
export class LastKnown<Id extends CacheId, V> {
  readonly #scope: Scope<Id, V>;
  readonly #lifeMs: number;

  constructor(scope: Scope<Id, V>) {
    this.#scope = scope;
    this.#lifeMs = scope.definition.lastKnownMs ?? 0;
  }

  keysOf(ids: readonly Id[]): readonly string[] {
    return this.#lifeMs > 0 ? this.#scope.keysOf(ids).map((key) => `${key}:k`) : [];
  }

  /**
   * To be begun before the load ends. Never rejects: where the store does not answer there is nothing to be kept.
   * @returns undefined where nothing is kept anyway.
   */
  claim(ids: readonly Id[]): Promise<Claims<Id>> | undefined {
    return this.#lifeMs === 0 || ids.length === 0 ? undefined : this.#claim(ids);
  }

  async #claim(ids: readonly Id[]): Promise<Claims<Id>> {
    try {
      const leased = await this.#scope.around.store.getOrLease(this.keysOf(ids), LEASE_MS);
      return new Map(ids.flatMap((id, at) => (leased[at] ? [[id, leased[at]]] : [])));
    } catch (error) {
      this.#scope.failed(error);
      return new Map();
    }
  }

  /** Once the entry stands. @param bytes its own; `undefined` when there is nothing to be known any more. */
  async keep(id: Id, bytes: Uint8Array | undefined, claims: Claims<Id>): Promise<void> {
    const claim = claims.get(id);
    if (!claim) return;
    const { store } = this.#scope.around;
    const [key = ''] = this.keysOf([id]);
    const life = { ttlMs: this.#lifeMs };
    if (!bytes) await store.delete([key]);
    else if (claim.value) await store.compareAndSet(key, claim.value, bytes, life);
    else if (claim.token) await store.fill(key, claim.token, bytes, life);
  }

  /** Over whatever is there. @throws as the store does. */
  async put(id: Id, bytes: Uint8Array | undefined): Promise<void> {
    const { store } = this.#scope.around;
    const [key] = this.keysOf([id]);
    if (key === undefined) return;
    if (bytes) await store.set(key, bytes, { ttlMs: this.#lifeMs });
    else await store.delete([key]);
  }

  /** Without loading: those of which the store has an entry, or what was known last (stale). @throws as the store does. */
  async read(ids: readonly Id[]): Promise<ReadonlyMap<Id, Found<V>>> {
    const found = new Map<Id, Found<V>>();
    for (const chunk of chunksOf(ids, MAX_LOAD)) {
      const keys = [...this.#scope.keysOf(chunk), ...this.keysOf(chunk)];
      const bytes = await this.#scope.around.store.mget(keys);
      for (const [at, id] of chunk.entries()) {
        const entry = this.#decoded(bytes[at]);
        const known = entry ?? this.#decoded(bytes[chunk.length + at]);
        if (known) found.set(id, { value: known.value, stale: !entry });
      }
    }
    return found;
  }

  #decoded(bytes: Uint8Array | undefined): { readonly value: V | undefined } | undefined {
    if (!bytes) return undefined;
    try {
      return decodeEntry(this.#scope.definition.codec, bytes);
    } catch (error) {
      this.#scope.tell(error);
      return undefined;
    }
  }
}
