import { isAppError } from '@storey/errors';
import { raceAbort, runDetached, type Clock, type Random } from '@storey/context';
import { Batch } from './batch.js';
import { type CacheStore, type Leased } from './cache-store.js';
import { decodeEntry, encodeEntry, type Codec } from './entry.js';

/** Ids of one turn that are looked up together. */
const MAX_LOOK_UP = 500;
const MAX_LOAD = 200;
/** How long a fill may take from its look-up. */
const LEASE_MS = 1000;
/** While another process loads: so often, so long apart, is looked again before loading beside it. */
const LOOKS = 5;
const LOOK_EVERY_MS = 10;

export interface Definition<Id, V> {
  readonly name: string;
  readonly key: (id: Id) => string;
  readonly codec: Codec<V>;
  readonly ttlMs: number;
  /** 0 to 1: up to this part of a life is cut off at random, so that what was filled together expires apart. */
  readonly jitter: number;
  /** How long it is remembered that there is nothing; 0: not at all. */
  readonly emptyTtlMs: number;
  /** At most 200 ids; an id that is not in the map does not exist. The signal aborts when nobody waits any more. */
  readonly load: (ids: readonly Id[], signal: AbortSignal) => Promise<ReadonlyMap<Id, V>>;
}

/** Since the start, in ids except `loads` (calls) and `failures` (fills that did not reach the store). */
export interface CacheCounts {
  hits: number;
  misses: number;
  loads: number;
  /** Loaded without asking the store, which was unavailable. */
  degraded: number;
  failures: number;
}

export interface Surroundings {
  readonly store: CacheStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly onError: (error: unknown, cache: string) => void;
}

interface Miss<Id> {
  readonly id: Id;
  /** Absent: load, but do not fill. */
  readonly token?: string | undefined;
}

/** Values of one kind by id, read through a store. Ids are compared as map keys are. */
export class Cached<Id extends string | number | bigint, V> {
  readonly counts: CacheCounts = { hits: 0, misses: 0, loads: 0, degraded: 0, failures: 0 };
  readonly #definition: Definition<Id, V>;
  readonly #around: Surroundings;
  readonly #flights = new Map<Id, Batch<Id, V>>();
  #gathering: Batch<Id, V> | undefined;

  constructor(definition: Definition<Id, V>, around: Surroundings) {
    this.#definition = definition;
    this.#around = around;
  }

  /**
   * @returns `undefined` when there is none. @throws what `load` throws, which is never cached, or the signal's reason;
   * the signal ends this wait and not that of others.
   */
  async get(id: Id, signal?: AbortSignal): Promise<V | undefined> {
    const [value] = await this.#wait([id], signal);
    return value;
  }

  /** Those that exist. One that fails fails all. */
  async getMany(ids: Iterable<Id>, signal?: AbortSignal): Promise<Map<Id, V>> {
    const unique = [...new Set(ids)];
    const values = await this.#wait(unique, signal);
    const found = new Map<Id, V>();
    for (const [at, id] of unique.entries()) {
      const value = values[at];
      if (value !== undefined) found.set(id, value);
    }
    return found;
  }

  /** Call after the change is committed. What is being loaded at this time will not overwrite it. */
  async set(id: Id, value: V): Promise<void> {
    try {
      const entry = encodeEntry(this.#definition.codec, value);
      await this.#around.store.set(this.#definition.key(id), entry, { ttlMs: this.#ttl(value) });
    } finally {
      this.#flights.delete(id);
    }
  }

  /** Call after the change is committed. Who asks from now on sees it. @throws when the store did not hear of it. */
  async invalidate(ids: readonly Id[]): Promise<void> {
    if (ids.length === 0) return;
    try {
      await this.#around.store.delete(ids.map(this.#definition.key));
    } finally {
      for (const id of ids) this.#flights.delete(id);
    }
  }

  async #wait(ids: readonly Id[], signal: AbortSignal | undefined): Promise<readonly (V | undefined)[]> {
    signal?.throwIfAborted();
    const boarded = ids.map((id) => {
      const batch = this.#flights.get(id) ?? this.#board(id);
      return { batch, value: batch.join(id) };
    });
    const values = Promise.all(boarded.map(({ value }) => value));
    try {
      return await (signal ? raceAbort(values, signal) : values);
    } finally {
      for (const { batch } of boarded) batch.leave();
    }
  }

  #board(id: Id): Batch<Id, V> {
    const open = this.#gathering;
    const batch = open && open.size < MAX_LOOK_UP ? open : this.#gather();
    this.#flights.set(id, batch);
    return batch;
  }

  #gather(): Batch<Id, V> {
    const batch = new Batch<Id, V>((abandoned) => this.#land(abandoned, abandoned.ids));
    this.#gathering = batch;
    // The first caller's deadline and identity are not those of the others.
    runDetached(() => setImmediate(() => void this.#fly(batch)));
    return batch;
  }

  async #fly(batch: Batch<Id, V>): Promise<void> {
    if (this.#gathering === batch) this.#gathering = undefined;
    if (batch.signal.aborted) return;
    try {
      await this.#serve(batch, batch.ids, LOOKS);
    } catch (error) {
      batch.reject(batch.ids, error);
    } finally {
      this.#land(batch, batch.ids);
    }
  }

  /** From now on who asks for `ids` starts anew. */
  #land(batch: Batch<Id, V>, ids: readonly Id[]): void {
    if (this.#gathering === batch) this.#gathering = undefined;
    for (const id of ids) if (this.#flights.get(id) === batch) this.#flights.delete(id);
  }

  async #serve(batch: Batch<Id, V>, ids: readonly Id[], looks: number): Promise<void> {
    const { misses, held } = await this.#lookUp(batch, ids);
    if (looks > 0 && held.length > 0) {
      await Promise.all([this.#load(batch, misses), this.#lookAgain(batch, held, looks - 1)]);
    } else await this.#load(batch, [...misses, ...held.map((id) => ({ id }))]);
  }

  async #lookAgain(batch: Batch<Id, V>, ids: readonly Id[], looks: number): Promise<void> {
    await this.#around.clock.sleep(LOOK_EVERY_MS, batch.signal);
    await this.#serve(batch, ids, looks);
  }

  async #lookUp(batch: Batch<Id, V>, ids: readonly Id[]): Promise<{ misses: Miss<Id>[]; held: Id[] }> {
    const misses: Miss<Id>[] = [];
    const held: Id[] = [];
    const unreadable: Id[] = [];
    const found = await this.#ask(ids);
    for (const [at, id] of ids.entries()) {
      const { value, token } = found?.[at] ?? {};
      if (value !== undefined) {
        if (!this.#hit(batch, id, value)) unreadable.push(id);
      } else if (found === undefined || token !== undefined) misses.push({ id, token });
      else held.push(id);
    }
    await this.#remove(unreadable);
    misses.push(...unreadable.map((id) => ({ id })));
    return { misses, held };
  }

  /** @returns `undefined` when the store does not answer: then life goes on without it. */
  async #ask(ids: readonly Id[]): Promise<readonly Leased[] | undefined> {
    try {
      return await this.#around.store.getOrLease(ids.map(this.#definition.key), LEASE_MS);
    } catch (error) {
      if (!isAppError(error) || error.kind !== 'unavailable') throw error;
      this.counts.degraded += ids.length;
      return undefined;
    }
  }

  /** @returns false for bytes that can't be read. */
  #hit(batch: Batch<Id, V>, id: Id, entry: Uint8Array): boolean {
    try {
      batch.resolve(id, decodeEntry(this.#definition.codec, entry));
    } catch (error) {
      this.#around.onError(error, this.#definition.name);
      return false;
    }
    this.counts.hits += 1;
    this.#land(batch, [id]);
    return true;
  }

  /** So that the next who misses can fill. */
  async #remove(unreadable: readonly Id[]): Promise<void> {
    if (unreadable.length === 0) return;
    try {
      await this.#around.store.delete(unreadable.map(this.#definition.key));
    } catch (error) {
      this.#around.onError(error, this.#definition.name);
    }
  }

  async #load(batch: Batch<Id, V>, misses: readonly Miss<Id>[]): Promise<void> {
    this.counts.misses += misses.length;
    for (let start = 0; start < misses.length; start += MAX_LOAD) {
      await this.#loadChunk(batch, misses.slice(start, start + MAX_LOAD));
    }
  }

  async #loadChunk(batch: Batch<Id, V>, misses: readonly Miss<Id>[]): Promise<void> {
    const ids = misses.map(({ id }) => id);
    this.counts.loads += 1;
    try {
      const values = await this.#definition.load(ids, batch.signal);
      for (const id of ids) batch.resolve(id, values.get(id));
      await Promise.all(misses.map(({ id, token }) => this.#fill(id, token, values.get(id))));
    } catch (error) {
      batch.reject(ids, error);
    }
    this.#land(batch, ids);
  }

  /** Loses against a set or delete since the look-up. Whoever asked has the value already: a failure is only told. */
  async #fill(id: Id, token: string | undefined, value: V | undefined): Promise<void> {
    const ttlMs = this.#ttl(value);
    if (token === undefined || ttlMs === 0) return;
    try {
      const entry = encodeEntry(this.#definition.codec, value);
      await this.#around.store.fill(this.#definition.key(id), token, entry, { ttlMs });
    } catch (error) {
      this.counts.failures += 1;
      this.#around.onError(error, this.#definition.name);
    }
  }

  #ttl(value: V | undefined): number {
    const { ttlMs, emptyTtlMs, jitter } = this.#definition;
    const full = value === undefined ? emptyTtlMs : ttlMs;
    return full === 0 ? 0 : Math.max(1, Math.round(full * (1 - jitter * this.#around.random.float())));
  }
}
