import { systemClock, systemRandom, type Clock, type Random } from '@storey/context';
import { type CacheStore } from './cache-store.js';
import { Cached, type Definition, type Surroundings } from './cached.js';

export interface CacheOptions {
  readonly clock?: Clock;
  readonly random?: Random;
  /** Told of entries that can't be read and of fills that failed; both only cost a load. */
  readonly onError: (error: unknown, cache: string) => void;
}

/** Cache-aside over one store: define what is cached, then ask for it. */
export class Cache {
  readonly #around: Surroundings;

  constructor(store: CacheStore, { clock = systemClock, random = systemRandom, onError }: CacheOptions) {
    this.#around = { store, clock, random, onError };
  }

  define<Id extends string | number | bigint, V>(definition: Definition<Id, V>): Cached<Id, V> {
    return new Cached(definition, this.#around);
  }
}
