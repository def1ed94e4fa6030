import { deadlineExceeded } from '@storey/errors';
import { type CacheId } from './definition.js';
import { type Entries } from './entries.js';
import { chunksOf, type Loading } from './loading.js';
import { LEASE_MS, MAX_LOAD, type Scope } from './scope.js';

/** An entry that is served, but due to be loaded anew. */
export interface Old<Id> {
  readonly id: Id;
  readonly bytes: Uint8Array;
  /** Its fresh time is not over yet. */
  readonly early: boolean;
}

/** Beyond, old values are served without being loaded anew. */
const MAX_RUNNING = 1000;

/**
 * Loads old entries anew behind the back of readers. One process of all does, by a lease beside the entry, which is left to
 * lapse: a load that failed is tried again when it has. The new value takes the place of exactly the bytes that were
 * read, so that any write or delete in between wins.
 */
export class Refreshing<Id extends CacheId, V> {
  readonly #scope: Scope<Id, V>;
  readonly #entries: Entries<Id, V>;
  readonly #loading: Loading<Id, V>;
  readonly #running = new Set<Id>();

  constructor(scope: Scope<Id, V>, entries: Entries<Id, V>, loading: Loading<Id, V>) {
    this.#scope = scope;
    this.#entries = entries;
    this.#loading = loading;
  }

  /** At once, and without being waited for. */
  start(olds: readonly Old<Id>[]): void {
    if (olds.length === 0) return;
    const room = MAX_RUNNING - this.#running.size;
    const started = olds.filter(({ id }) => !this.#running.has(id)).slice(0, room);
    for (const chunk of chunksOf(started, MAX_LOAD)) void this.#refresh(chunk);
  }

  async #refresh(olds: readonly Old<Id>[]): Promise<void> {
    for (const { id } of olds) this.#running.add(id);
    try {
      const mine = await this.#lease(olds);
      if (mine.length > 0) await this.#reload(mine);
    } catch (error) {
      this.#scope.failed(error);
    } finally {
      for (const { id } of olds) this.#running.delete(id);
    }
  }

  async #lease(olds: readonly Old<Id>[]): Promise<readonly Old<Id>[]> {
    const keys = this.#scope.keysOf(olds.map(({ id }) => id)).map((key) => `${key}:r`);
    const leased = await this.#scope.around.store.getOrLease(keys, LEASE_MS);
    return olds.filter((_, at) => leased[at]?.token !== undefined);
  }

  async #reload(olds: readonly Old<Id>[]): Promise<void> {
    const { around, copies, counts } = this.#scope;
    counts.refreshes += olds.length;
    counts.earlyRefreshes += olds.filter(({ early }) => early).length;
    const ticket = copies?.ticket();
    const abort = new AbortController();
    const cancel = around.clock.after(LEASE_MS, () => abort.abort(deadlineExceeded()));
    try {
      const ids = olds.map(({ id }) => id);
      const loaded = await this.#loading.load(ids, abort.signal);
      const replaced = olds.map(async ({ id, bytes }) => {
        const stands = await this.#entries.replace(id, bytes, loaded(id));
        if (stands && ticket !== undefined) copies?.keep(id, loaded(id).value, ticket);
      });
      await Promise.all(replaced);
    } finally {
      cancel();
    }
  }
}
