import { type Beside } from './cache-store.js';
import { type CacheId } from './definition.js';
import { decodeEntry } from './entry.js';
import { chunksOf } from './loading.js';
import { MAX_LOAD, type Found, type Scope } from './scope.js';

/**
 * Beside each entry, under `KEY:k`, its value stands once more and outlives it: past its life and past being invalidated,
 * for whoever finds that loading fails. It is written by who fills the entry, in the same step: as that loses against any
 * write or removal since the load began, what was removed here never comes back.
 */
export class LastKnown<Id extends CacheId, V> {
  readonly #scope: Scope<Id, V>;
  readonly #lifeMs: number | undefined;

  constructor(scope: Scope<Id, V>) {
    this.#scope = scope;
    this.#lifeMs = scope.definition.lastKnownMs;
  }

  /** Empty where nothing is kept. */
  keysOf(ids: readonly Id[]): readonly string[] {
    return this.#lifeMs === undefined ? [] : this.#scope.keysOf(ids).map((key) => `${key}:k`);
  }

  /** What is to be written with the entry of `id`; @param isSome else there is nothing to be known any more. */
  beside(id: Id, isSome: boolean): { readonly beside?: Beside } {
    const [key] = this.keysOf([id]);
    return key === undefined ? {} : { beside: { key, ttlMs: isSome ? this.#lifeMs : undefined } };
  }

  /** Over whatever is there. @throws as the store does. */
  async put(id: Id, bytes: Uint8Array | undefined): Promise<void> {
    const { store } = this.#scope.around;
    const [key] = this.keysOf([id]);
    if (key === undefined || this.#lifeMs === undefined) return;
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
