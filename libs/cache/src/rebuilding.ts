import { type CacheId } from './definition.js';
import { type Entries } from './entries.js';
import { chunksOf, type Loading } from './loading.js';
import { LEASE_MS, MAX_LOAD, type Scope } from './scope.js';

/** Fills what others have missed and told of. */
export class Rebuilding<Id extends CacheId, V> {
  readonly #scope: Scope<Id, V>;
  readonly #entries: Entries<Id, V>;
  readonly #loading: Loading<Id, V>;

  constructor(scope: Scope<Id, V>, entries: Entries<Id, V>, loading: Loading<Id, V>) {
    this.#scope = scope;
    this.#entries = entries;
    this.#loading = loading;
  }

  async rebuild(ids: Iterable<Id>, signal: AbortSignal): Promise<void> {
    for (const chunk of chunksOf([...new Set(ids)], MAX_LOAD)) await this.#rebuild(chunk, signal);
  }

  async #rebuild(ids: readonly Id[], signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const leased = await this.#scope.around.store.getOrLease(this.#scope.keysOf(ids), LEASE_MS);
    const missing = ids
      .map((id, at) => ({ id, token: leased[at]?.token }))
      .filter(({ token }) => token !== undefined);
    if (missing.length === 0) return;
    const absent = missing.map(({ id }) => id);
    const loaded = await this.#loading.load(absent, signal);
    const filled = await Promise.all(
      missing.map(({ id, token }) => this.#entries.fill(id, token, loaded(id))),
    );
    this.#scope.counts.rebuilt += filled.filter(Boolean).length;
  }
}
