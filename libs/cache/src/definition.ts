import { AppError } from '@storey/errors';
import { type Clock, type Random } from '@storey/context';
import { type CacheStore } from './cache-store.js';
import { type Codec } from './entry.js';
import { type LocalOptions } from './local/local-options.js';

/** Compared as map keys are. */
export type CacheId = string | number | bigint;

export interface Definition<Id extends CacheId, V> {
  readonly name: string;
  readonly key: (id: Id) => string;
  readonly codec: Codec<V>;
  /** How long a value is fresh. */
  readonly ttlMs: number;
  /** 0 to 1: up to this part of a life is cut off at random, so that what was filled together expires apart. */
  readonly jitter: number;
  /** How long it is remembered that there is nothing; 0: not at all. */
  readonly emptyTtlMs: number;
  /** So much longer a value is served, flagged, while a new one is loaded: 0 (as by default) to 10,000. */
  readonly staleForMs?: number;
  /**
   * So long what is known of an id is kept once more, for `lastKnown`: past its life, and past `invalidate` that does not
   * forget it. It lies in the store beside the entry, whose key must have a `{tag}` for that. Absent: not.
   */
  readonly lastKnownMs?: number;
  /** Of an entry, packed. What is larger is not cached. Default 100,000. */
  readonly maxBytes?: number;
  /** The higher, the earlier a value is reloaded before its fresh time is over; 0: never. Default 1. */
  readonly earlyBeta?: number;
  /** At most 200 ids; an id that is not in the map does not exist. The signal aborts when nobody waits any more. */
  readonly load: (ids: readonly Id[], signal: AbortSignal) => Promise<ReadonlyMap<Id, V>>;
  /** Whether who misses fills (as by default), or sends what it missed to one who calls `rebuild`. */
  readonly backfill?: 'inline' | Backfill<Id>;
  /** Copies in the process. */
  readonly local?: LocalOptions<Id, V>;
}

export interface Backfill<Id> {
  /** At most 200 ids, each at most once a second. */
  readonly send: (ids: readonly Id[]) => Promise<void>;
}

/** What all caches of one process share. */
export interface Surroundings {
  readonly store: CacheStore;
  readonly clock: Clock;
  readonly random: Random;
  /** While another process loads an id: it is looked for again after each of these ms, then loaded beside it. */
  readonly waitsMs: readonly number[];
  readonly onError: (error: unknown, cache: string) => void;
}

/** A stale value is a courtesy for seconds, not a second life. */
const MAX_STALE_MS = 10_000;

/** @throws AppError `internal` for what can only be a mistake in the program. */
export function checkDefinition<Id extends CacheId, V>(definition: Definition<Id, V>): void {
  const { ttlMs, jitter, emptyTtlMs, staleForMs = 0, maxBytes = 1, earlyBeta = 0 } = definition;
  const { lastKnownMs = 0 } = definition;
  const bounds: readonly (readonly [string, number, number, number])[] = [
    ['ttlMs', ttlMs, 1, Infinity],
    ['jitter', jitter, 0, 1],
    ['emptyTtlMs', emptyTtlMs, 0, Infinity],
    ['staleForMs', staleForMs, 0, MAX_STALE_MS],
    ['lastKnownMs', lastKnownMs, 0, Infinity],
    ['maxBytes', maxBytes, 1, Infinity],
    ['earlyBeta', earlyBeta, 0, Infinity],
  ];
  for (const [option, value, least, most] of bounds) {
    if (value >= least && value <= most) continue;
    const message = `Cache ${definition.name}: ${option} is ${value}, and must be from ${least} to ${most}.`;
    throw new AppError({ kind: 'internal', code: 'CACHE_DEFINITION', message });
  }
}
