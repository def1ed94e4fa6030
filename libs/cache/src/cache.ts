import { AppError } from '@storey/errors';
import { systemClock, systemRandom, type Clock, type Random } from '@storey/context';
import { type CacheStore } from './cache-store.js';
import { Cached } from './cached.js';
import { type CacheCounts } from './counts.js';
import { checkDefinition, type CacheId, type Definition, type Surroundings } from './definition.js';
import { type LocalCounts } from './local/local-options.js';

/** In sum a little more than 250 ms, as a load that is slower than that is late for its reader anyway. */
const WAITS_MS: readonly number[] = [5, 10, 15, 25, 40, 55, 75, 75];

export interface CacheOptions {
  readonly clock?: Clock;
  readonly random?: Random;
  /**
   * While another process loads an id, it is looked for again after each of these ms, and then loaded beside it. Default:
   * 8 looks within 300 ms.
   */
  readonly waitsMs?: readonly number[];
  /** Told of all that costs nobody an answer: entries that can't be read or are too big, fills and refreshes that failed. */
  readonly onError: (error: unknown, cache: string) => void;
}

export interface CacheStats extends CacheCounts {
  /** Of the copies in this process, where there are any. */
  readonly local?: Readonly<LocalCounts> & { readonly copies: number; readonly bytes: number };
}

/** Cache-aside over one store: define what is cached, then ask for it. */
export class Cache {
  readonly #around: Surroundings;
  readonly #stats = new Map<string, () => CacheStats>();

  constructor(store: CacheStore, options: CacheOptions) {
    const { clock = systemClock, random = systemRandom, waitsMs = WAITS_MS, onError } = options;
    this.#around = { store, clock, random, waitsMs, onError };
  }

  /** @throws AppError `internal` for a name that is taken, or values out of their bounds. */
  define<Id extends CacheId, V>(definition: Definition<Id, V>): Cached<Id, V> {
    const { name } = definition;
    checkDefinition(definition);
    if (this.#stats.has(name)) {
      throw new AppError({
        kind: 'internal',
        code: 'CACHE_DEFINITION',
        message: `Cache ${name} exists already.`,
      });
    }
    const cached = new Cached(definition, this.#around);
    this.#stats.set(name, () => statsOf(cached));
    return cached;
  }

  /** Since the start, by the names of the definitions. */
  stats(): ReadonlyMap<string, CacheStats> {
    return new Map([...this.#stats].map(([name, stats]) => [name, stats()]));
  }
}

function statsOf<Id extends CacheId, V>({ counts, copies }: Cached<Id, V>): CacheStats {
  if (!copies) return { ...counts };
  return { ...counts, local: { ...copies.counts, copies: copies.size, bytes: copies.bytes } };
}
