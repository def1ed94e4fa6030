import { type Cached, type Found } from '@storey/cache';
import { runDetached } from '@storey/context';
import { isAppError } from '@storey/errors';
import { isOutage } from '@storey/events';
import { type FoundAway } from '../intake/found-away.js';
import { noteLack } from './lacking.js';

/** Reads since the start that were answered with less than there is or what was known last, by what the answer lacks. */
export interface LastedCounts {
  comments: number;
  viewer: number;
}

export interface LastingOptions {
  /** What the cache is loaded from; whoever loads tells it what he found. */
  readonly database: FoundAway;
  /** What an answer lacks that is made of what was known last. */
  readonly lack: keyof LastedCounts;
  readonly counts: LastedCounts;
}

type Known<Id, V> = ReadonlyMap<Id, Found<V>>;

/**
 * A cache that outlasts an outage of its database: what can't be loaded is answered with what was known last, and the answer
 * noted to lack something. Nobody who can load is given that; while the database was found away a moment ago, nobody waits to
 * learn it again, and one a second looks for all whether it is back.
 */
export class LastingCache<Id extends string | bigint, V> {
  readonly #cached: Pick<Cached<Id, V>, 'getMany' | 'lastKnown'>;
  readonly #options: LastingOptions;

  constructor(cached: Pick<Cached<Id, V>, 'getMany' | 'lastKnown'>, options: LastingOptions) {
    this.#cached = cached;
    this.#options = options;
  }

  /** @throws what the load failed with where nothing is known. */
  async get(id: Id, signal?: AbortSignal): Promise<V | undefined> {
    return (await this.getMany([id], signal)).get(id);
  }

  /** Those that exist. @throws what the load failed with where nothing is known of one. */
  async getMany(ids: Iterable<Id>, signal?: AbortSignal): Promise<ReadonlyMap<Id, V>> {
    const asked = [...new Set(ids)];
    return this.#read(asked, signal, { enough: asked.length });
  }

  /** Those that exist and can be had: where loading fails, some may be missing. */
  async getSome(ids: Iterable<Id>, signal?: AbortSignal): Promise<ReadonlyMap<Id, V>> {
    const asked = [...new Set(ids)];
    return this.#read(asked, signal, { enough: 0, whileAway: 1 });
  }

  /** Only as they are: for whose answer can't say that it lacks something. @throws what the load failed with. */
  async getFresh(ids: Iterable<Id>, signal?: AbortSignal): Promise<ReadonlyMap<Id, V>> {
    return this.#cached.getMany(ids, signal);
  }

  /** Those of which something is known, at once. */
  async known(ids: Iterable<Id>): Promise<ReadonlyMap<Id, V>> {
    const asked = [...new Set(ids)];
    return this.#answer(asked, (await this.#lastKnown(asked)) ?? new Map());
  }

  /** @param enough so many of them must be known not to fail; `whileAway`: not even to try. */
  async #read(
    ids: readonly Id[],
    signal: AbortSignal | undefined,
    { enough, whileAway = enough }: { readonly enough: number; readonly whileAway?: number },
  ): Promise<ReadonlyMap<Id, V>> {
    if (this.#options.database.isAway) {
      const known = await this.#lastKnown(ids);
      if (known && known.size >= whileAway) {
        this.#lookAgain(ids, known);
        return this.#answer(ids, known);
      }
    }
    try {
      return await this.#cached.getMany(ids, signal);
    } catch (error) {
      if (!isOutage(error) || signal?.aborted) throw error;
      const known = await this.#lastKnown(ids);
      if (!known || known.size < enough) throw error;
      return this.#answer(ids, known);
    }
  }

  #answer(ids: readonly Id[], known: Known<Id, V>): ReadonlyMap<Id, V> {
    const values = new Map<Id, V>();
    for (const [id, { value }] of known) if (value !== undefined) values.set(id, value);
    if (known.size < ids.length || isStale(known)) this.#lacks();
    return values;
  }

  #lacks(): void {
    const { counts, lack } = this.#options;
    counts[lack] += 1;
    noteLack(lack);
  }

  /** Behind the back of who is answered. That it fails is what is expected: whoever loads has told the database's watch. */
  #lookAgain(ids: readonly Id[], known: Known<Id, V>): void {
    if (!isStale(known) || !this.#options.database.asks()) return;
    runDetached(() => this.#cached.getMany(ids)).catch(() => undefined);
  }

  /** @returns undefined when the cache is away, too. */
  async #lastKnown(ids: readonly Id[]): Promise<Known<Id, V> | undefined> {
    try {
      return await this.#cached.lastKnown(ids);
    } catch (error) {
      if (!isAppError(error) || error.kind !== 'unavailable') throw error;
      return undefined;
    }
  }
}

const isStale = (known: Known<string | bigint, unknown>): boolean =>
  [...known.values()].some(({ stale }) => stale);
