import { runDetached } from '@storey/context';
import { Backfilling } from './backfilling.js';
import { type CacheCounts } from './counts.js';
import { type CacheId, type Definition, type Surroundings } from './definition.js';
import { Entries } from './entries.js';
import { Flags } from './flags.js';
import { Flights } from './flights.js';
import { Loading } from './loading.js';
import { type LocalCopies } from './local/local-copies.js';
import { type LocalChange } from './local/local-options.js';
import { Reading } from './reading.js';
import { Rebuilding } from './rebuilding.js';
import { Refreshing } from './refreshing.js';
import { Scope, type Found } from './scope.js';

/** A copy that could not be renewed is tried again after so long; so many are remembered. */
const RENEW_AGAIN_MS = 1000;
const MAX_RENEWED = 1000;

/** Values of one kind by id, read through copies in the process and a store. Ids are compared as map keys are. */
export class Cached<Id extends CacheId, V> {
  readonly #scope: Scope<Id, V>;
  readonly #entries: Entries<Id, V>;
  readonly #loading: Loading<Id, V>;
  readonly #rebuilding: Rebuilding<Id, V>;
  readonly #flights: Flights<Id, Found<V>>;
  /** Copies that are being renewed, or could not be a moment ago. */
  readonly #renewed: Flags<Id>;

  constructor(definition: Definition<Id, V>, around: Surroundings) {
    const scope = new Scope(definition, around);
    const entries = new Entries(scope);
    const loading = new Loading(scope);
    const refreshing = new Refreshing(scope, entries, loading);
    const { backfill = 'inline' } = definition;
    const backfilling = backfill === 'inline' ? undefined : new Backfilling(scope, backfill);
    const reading = new Reading(scope, { entries, loading, refreshing, backfilling });
    this.#scope = scope;
    this.#entries = entries;
    this.#loading = loading;
    this.#rebuilding = new Rebuilding(scope, entries, loading);
    this.#flights = new Flights((batch, land) => reading.serve(batch, land));
    this.#renewed = new Flags(around.clock, { lifeMs: RENEW_AGAIN_MS, most: MAX_RENEWED });
  }

  get counts(): Readonly<CacheCounts> {
    return this.#scope.counts;
  }

  /** The copies in this process, where the definition asks for them. */
  get copies(): LocalCopies<Id, V> | undefined {
    return this.#scope.copies;
  }

  /** What a fresh copy in this process says, at once. It counts as a read; finding none does not, as `get` will follow. */
  peek(id: Id): V | undefined {
    const value = this.#scope.copies?.readFresh(id);
    if (value !== undefined) this.#scope.counts.localHits += 1;
    return value;
  }

  /**
   * @returns `undefined` when there is none. @throws what `load` throws, which is never cached, or the signal's reason;
   * the signal ends this wait and not that of others.
   */
  async get(id: Id, signal?: AbortSignal): Promise<V | undefined> {
    signal?.throwIfAborted();
    const fresh = this.peek(id);
    if (fresh !== undefined) return fresh;
    const found = this.#copyOf(id) ?? (await this.#fetch(id, signal));
    return found.value;
  }

  /** As `get`, telling whether the value is one whose fresh time is over. */
  async look(id: Id, signal?: AbortSignal): Promise<Found<V>> {
    signal?.throwIfAborted();
    return this.#copyOf(id) ?? this.#fetch(id, signal);
  }

  /** Those that exist. One that fails fails all. */
  async getMany(ids: Iterable<Id>, signal?: AbortSignal): Promise<Map<Id, V>> {
    signal?.throwIfAborted();
    const unique = [...new Set(ids)];
    const copies = this.#scope.copies ? unique.map((id) => this.#copyOf(id)) : [];
    const missing = copies.length > 0 ? unique.filter((_, at) => copies[at] === undefined) : unique;
    const fetched = missing.length > 0 ? await this.#flights.wait(missing, signal) : [];
    let next = 0;
    const values = new Map<Id, V>();
    for (const [at, id] of unique.entries()) {
      const value = (copies[at] ?? fetched[next++])?.value;
      if (value !== undefined) values.set(id, value);
    }
    return values;
  }

  /**
   * For who finds that loading fails: what is cached of `ids`, and of the others what was known last, if the definition keeps
   * it (stale). What is in neither is not in the map. @throws as the store does.
   */
  async lastKnown(ids: readonly Id[]): Promise<ReadonlyMap<Id, Found<V>>> {
    return this.#entries.lastKnown.read(ids);
  }

  /** Call after the change is committed. What is being loaded at this time will not overwrite it. */
  async set(id: Id, value: V): Promise<void> {
    await this.#write(id, value);
  }

  /** For who knows that it is gone, as `set` for who knows what it is. */
  async delete(id: Id): Promise<void> {
    await this.#write(id, undefined);
  }

  /**
   * Call after the change is committed. Who asks from now on sees it. @throws when the store did not hear of it.
   * @param forget what was last known may not be shown any more, even where nothing newer can be had.
   */
  async invalidate(
    ids: readonly Id[],
    { forget = false }: { readonly forget?: boolean } = {},
  ): Promise<void> {
    if (ids.length === 0) return;
    try {
      await this.#entries.remove(ids, forget);
    } finally {
      this.#forget(ids);
    }
  }

  /**
   * For who heard that something of `group` changed, after it was set or cleared in the store: no copy of before is taken
   * for fresh; those of hot ids are renewed. `group` is an id as text, unless the definition says otherwise.
   */
  changed(group: string, change: LocalChange): void {
    const { local } = this.#scope.definition;
    const groupOf = local?.groupOf ?? String;
    this.#flights.forgetWhere((id) => groupOf(id) === group);
    const touched = this.#scope.copies?.changed(group, change) ?? [];
    for (const id of touched) {
      this.#renewed.lower(id);
      if (local?.promote === 'hot') this.#renew(id);
    }
  }

  /** For who hears of what others have missed: loads and fills what is still not there. @throws as store and `load` do. */
  async rebuild(ids: Iterable<Id>, signal: AbortSignal = new AbortController().signal): Promise<void> {
    await this.#rebuilding.rebuild(ids, signal);
  }

  async #write(id: Id, value: V | undefined): Promise<void> {
    try {
      await this.#entries.put(id, { value, costMs: this.#loading.lastCostMs });
    } finally {
      this.#forget([id]);
    }
  }

  /** After the store: who looked it up before has a ticket or a place in a flight that is worth nothing now. */
  #forget(ids: readonly Id[]): void {
    this.#flights.forget(ids);
    this.#scope.copies?.drop(ids);
  }

  async #fetch(id: Id, signal: AbortSignal | undefined): Promise<Found<V>> {
    const [found = NOTHING] = await this.#flights.wait([id], signal);
    return found;
  }

  #copyOf(id: Id): Found<V> | undefined {
    const copy = this.#scope.copies?.read(id);
    if (!copy) return undefined;
    this.#scope.counts.localHits += 1;
    if (!copy.fresh) {
      this.#scope.counts.stale += 1;
      this.#renew(id);
    }
    return { value: copy.value, stale: !copy.fresh };
  }

  /** Once at a time, and without being waited for. */
  #renew(id: Id): void {
    if (this.#renewed.raise(id) !== 'raised') return;
    const renewing = runDetached(() => this.#flights.wait([id], undefined));
    renewing.then(
      () => this.#renewed.lower(id),
      (error: unknown) => this.#scope.failed(error),
    );
  }
}

const NOTHING = { value: undefined, stale: false };
