import { isAppError } from '@storey/errors';
import { type Backfilling } from './backfilling.js';
import { type Batch } from './batch.js';
import { type Leased } from './cache-store.js';
import { type CacheId } from './definition.js';
import { refreshesEarly } from './early-refresh.js';
import { type Entries } from './entries.js';
import { decodeEntry, type Entry } from './entry.js';
import { chunksOf, type Loading } from './loading.js';
import { type Ticket } from './local/local-options.js';
import { type Old, type Refreshing } from './refreshing.js';
import { LEASE_MS, MAX_LOAD, type Found, type Scope } from './scope.js';

interface Flight<Id, V> {
  readonly batch: Batch<Id, Found<V>>;
  /** Who asks for `ids` from now on starts anew. */
  readonly land: (ids: readonly Id[]) => void;
  /** Of before the first look-up. */
  readonly ticket: Ticket | undefined;
}

interface Miss<Id> {
  readonly id: Id;
  /** Absent or empty: load, but do not fill. */
  readonly token?: string | undefined;
}

interface Looked<Id> {
  readonly misses: Miss<Id>[];
  /** Being loaded by another process. */
  readonly held: Id[];
  /** Due to be loaded anew, though served. */
  readonly olds: Old<Id>[];
  readonly unreadable: Id[];
  readonly served: Id[];
}

const NOT_TO_FILL: Leased = { token: '' };

interface Parts<Id extends CacheId, V> {
  readonly entries: Entries<Id, V>;
  readonly loading: Loading<Id, V>;
  readonly refreshing: Refreshing<Id, V>;
  /** Absent: who misses fills. */
  readonly backfilling: Backfilling<Id> | undefined;
}

/** Looks a batch up in the store and loads what is not there. */
export class Reading<Id extends CacheId, V> {
  readonly #scope: Scope<Id, V>;
  readonly #parts: Parts<Id, V>;

  constructor(scope: Scope<Id, V>, parts: Parts<Id, V>) {
    this.#scope = scope;
    this.#parts = parts;
  }

  async serve(batch: Batch<Id, Found<V>>, land: (ids: readonly Id[]) => void): Promise<void> {
    await this.#serve({ batch, land, ticket: this.#scope.copies?.ticket() }, batch.ids, 0);
  }

  /** @param looked how often before. */
  async #serve(flight: Flight<Id, V>, ids: readonly Id[], looked: number): Promise<void> {
    const { misses, held } = await this.#lookUp(flight, ids);
    const waitMs = this.#scope.around.waitsMs[looked];
    if (waitMs !== undefined && held.length > 0) {
      await Promise.all([this.#load(flight, misses), this.#lookAgain(flight, held, { waitMs, looked })]);
    } else await this.#load(flight, [...misses, ...held.map((id) => ({ id }))]);
  }

  async #lookAgain(
    flight: Flight<Id, V>,
    ids: readonly Id[],
    { waitMs, looked }: { readonly waitMs: number; readonly looked: number },
  ): Promise<void> {
    await this.#scope.around.clock.sleep(waitMs, flight.batch.signal);
    await this.#serve(flight, ids, looked + 1);
  }

  async #lookUp(flight: Flight<Id, V>, ids: readonly Id[]): Promise<Looked<Id>> {
    const looked: Looked<Id> = { misses: [], held: [], olds: [], unreadable: [], served: [] };
    const found = await this.#ask(ids);
    for (const [at, id] of ids.entries()) {
      const { value, token } = found?.[at] ?? {};
      if (value !== undefined) this.#read(flight, id, { bytes: value, looked });
      else if (found === undefined || token !== undefined) looked.misses.push({ id, token });
      else looked.held.push(id);
    }
    flight.land(looked.served);
    this.#parts.refreshing.start(looked.olds);
    // So that the next who misses can fill.
    if (looked.unreadable.length > 0) await this.#parts.entries.free(looked.unreadable);
    looked.misses.push(...looked.unreadable.map((id) => ({ id })));
    return looked;
  }

  /** @returns `undefined` when the store does not answer: then life goes on without it. */
  async #ask(ids: readonly Id[]): Promise<readonly Leased[] | undefined> {
    const { store } = this.#scope.around;
    const keys = this.#scope.keysOf(ids);
    try {
      if (!this.#parts.backfilling) return await store.getOrLease(keys, LEASE_MS);
      // A lease that is not used would keep the one who rebuilds from filling.
      const values = await store.mget(keys);
      return values.map((value) => (value ? { value } : NOT_TO_FILL));
    } catch (error) {
      if (!isAppError(error) || error.kind !== 'unavailable') throw error;
      this.#scope.counts.degraded += ids.length;
      return undefined;
    }
  }

  #read(
    flight: Flight<Id, V>,
    id: Id,
    { bytes, looked }: { readonly bytes: Uint8Array; readonly looked: Looked<Id> },
  ): void {
    let entry: Entry<V>;
    try {
      entry = decodeEntry(this.#scope.definition.codec, bytes);
    } catch (error) {
      this.#scope.tell(error);
      looked.unreadable.push(id);
      return;
    }
    const age = this.#ageOf(entry);
    if (age !== 'fresh') looked.olds.push({ id, bytes, early: age === 'ending' });
    this.#scope.counts.hits += 1;
    if (age === 'stale') this.#scope.counts.stale += 1;
    this.#settle(flight, id, { value: entry.value, stale: age === 'stale' });
    looked.served.push(id);
  }

  #ageOf({ value, freshUntil, costMs }: Entry<V>): 'fresh' | 'ending' | 'stale' {
    if (value === undefined) return 'fresh';
    const { staleForMs = 0, earlyBeta: beta = 1 } = this.#scope.definition;
    const { clock, random } = this.#scope.around;
    const remainingMs = freshUntil - clock.now();
    if (staleForMs > 0 && remainingMs <= 0) return 'stale';
    return refreshesEarly(remainingMs, costMs, { beta, random }) ? 'ending' : 'fresh';
  }

  #settle({ batch, ticket }: Flight<Id, V>, id: Id, found: Found<V>): void {
    if (!found.stale && ticket !== undefined) this.#scope.copies?.keep(id, found.value, ticket);
    batch.resolve(id, found);
  }

  async #load(flight: Flight<Id, V>, misses: readonly Miss<Id>[]): Promise<void> {
    this.#scope.counts.misses += misses.length;
    for (const chunk of chunksOf(misses, MAX_LOAD)) await this.#loadChunk(flight, chunk);
  }

  async #loadChunk(flight: Flight<Id, V>, misses: readonly Miss<Id>[]): Promise<void> {
    const ids = misses.map(({ id }) => id);
    const { loading, entries, backfilling } = this.#parts;
    try {
      const loaded = await loading.load(ids, flight.batch.signal);
      for (const id of ids) this.#settle(flight, id, { value: loaded(id).value, stale: false });
      backfilling?.missed(misses.filter(({ token }) => token !== undefined).map(({ id }) => id));
      await Promise.all(misses.map(({ id, token }) => entries.fill(id, token, loaded(id))));
    } catch (error) {
      flight.batch.reject(ids, error);
      // Others need not wait for what will not be filled.
      await entries.free(misses.filter(({ token }) => token).map(({ id }) => id));
    }
    flight.land(ids);
  }
}
