/**
 * Key-value storage as a closed list of atomic verbs, each with one meaning on every adapter.
 *
 * Keys are printable ASCII without spaces, 1 to 256 characters; fields and members are printable ASCII, spaces
 * allowed, 1 to 256 characters. Values are opaque bytes, at most 256 KiB each and 4 MiB in one verb; lists hold at
 * most 1000. Breaking these rules, or using a key of one kind (value, hash, sorted set) as another, is a defect of
 * the caller and rejects with AppError `internal`.
 *
 * Keys that change together in one verb (those of `mergeIfNewer`, and `beside`) must share one hash tag, the text between the
 * first `{` and the next `}`, as a cluster runs a script in one slot: `{h:12}:rec:7`, `{h:12}:dirty`. `mget`,
 * `delete` and `getOrLease` take keys of any tag; they are atomic per key, not over all of them.
 *
 * Bytes given are copied; bytes returned belong to the store and must not be altered; who keeps them for long copies them,
 * as they may be a view of all that one read of a socket brought. Times are milliseconds; a
 * `ttlMs` is a whole number of at least 1. Expiry follows the wall clock of the store, leases a monotonic one.
 *
 * Every verb rejects with AppError `unavailable` when the store does not answer in time (50 ms by default) or
 * refuses to write, and is safe to send again unless its comment says otherwise.
 *
 * Two stores are opened from two URLs: *state* may not evict and outlives the process; *cache* may lose
 * anything at any time.
 */
export abstract class Kv {
  /** Whether keys may vanish before their time to make room. State is not kept in a store that evicts. */
  abstract readonly evicts: boolean;

  // ---- plain values
  abstract get(key: string): Promise<Uint8Array | undefined>;
  /** In the order of `keys`; absent ones, and keys of another kind, are `undefined`. */
  abstract mget(keys: readonly string[]): Promise<readonly (Uint8Array | undefined)[]>;
  /** Writes over whatever is there, of any kind, and voids the lease on `key`. Without `ttlMs` it lives for ever. */
  abstract set(key: string, value: Uint8Array, options: { readonly ttlMs?: number }): Promise<void>;
  /** Writes if `key` is absent, voiding its lease. @returns the value that was there already, else `undefined`. */
  abstract setIfAbsent(
    key: string,
    value: Uint8Array,
    options: { readonly ttlMs?: number },
  ): Promise<Uint8Array | undefined>;
  /**
   * Writes if the present value equals `expected`. @returns whether it did. A repeated call may say `false` of a
   * write that the first one made.
   */
  abstract compareAndSet(
    key: string,
    expected: Uint8Array,
    value: Uint8Array,
    options: { readonly ttlMs?: number; readonly beside?: Beside },
  ): Promise<boolean>;
  /** Removes values, hashes, sets and leases under `keys`; a lease also when nothing else is there. @returns how many keys existed. */
  abstract delete(keys: readonly string[]): Promise<number>;
  /** Removes the value, and the lease, if it equals `expected`. @returns whether it did. */
  abstract compareAndDelete(key: string, expected: Uint8Array): Promise<boolean>;
  /** Sets the life of whatever is under `key`. @returns whether it exists. */
  abstract expire(key: string, ttlMs: number): Promise<boolean>;

  // ---- leases (Scaling Memcache at Facebook, NSDI '13): a fill loses against any write or delete since its lease
  /** Each key's value, or a fresh lease `token` to the first who misses, or neither while another holds the lease. */
  abstract getOrLease(keys: readonly string[], leaseMs: number): Promise<readonly LeaseResult[]>;
  /** Writes if `token` is still the key's lease and nothing is there, and ends the lease. @returns whether it did. */
  abstract fill(
    key: string,
    token: string,
    value: Uint8Array,
    options: { readonly ttlMs: number; readonly beside?: Beside },
  ): Promise<boolean>;

  // ---- hashes: small maps under one key with one life
  /**
   * Sets fields. With `maxFields`, the fields set longest ago are dropped beyond it. `ttlMs` is the new life of the
   * whole hash; without it the life stays as it is.
   */
  abstract setFields(
    key: string,
    fields: ReadonlyMap<string, Uint8Array>,
    options: { readonly ttlMs?: number; readonly maxFields?: number },
  ): Promise<void>;
  abstract getFields(key: string, fields: readonly string[]): Promise<readonly (Uint8Array | undefined)[]>;
  abstract getAllFields(key: string): Promise<ReadonlyMap<string, Uint8Array>>;
  /** A hash without fields is gone. @returns how many existed. */
  abstract deleteFields(key: string, fields: readonly string[]): Promise<number>;

  // ---- sorted sets: members by score (a finite double; integers are exact to 2^53), ties by member, bytewise
  /**
   * Adds members or moves them to their new score. With `maxMembers`, the lowest are dropped beyond it. `ttlMs` is the
   * new life of the whole set; without it the life stays as it is.
   */
  abstract addScored(
    key: string,
    members: readonly Scored[],
    options: { readonly ttlMs?: number; readonly maxMembers?: number },
  ): Promise<void>;
  /** Adds only when the key exists already (an index that was loaded). @returns whether it exists. */
  abstract addScoredIfPresent(
    key: string,
    members: readonly Scored[],
    options: { readonly maxMembers?: number },
  ): Promise<boolean>;
  /** A set without members is gone. @returns how many existed. */
  abstract removeScored(key: string, members: readonly string[]): Promise<number>;
  /** Removes each member whose score is still the one given. @returns how many. */
  abstract removeIfScore(key: string, members: readonly Scored[]): Promise<number>;
  abstract rangeByScore(key: string, range: ScoreRange): Promise<readonly Scored[]>;
  abstract countScored(key: string): Promise<number>;
  abstract scoresOf(key: string, members: readonly string[]): Promise<readonly (number | undefined)[]>;

  // ---- compound verbs, one atomic step each
  /**
   * Writes a record if it is newer than what is there: `field` of hash `hashKey` gets `value`, `setKey` gets
   * `field` with `order` as score, and `dirtyKey`, when given, gets `dirtyMember` with score `dirtyAt`, or with one
   * more than its present score where that is not smaller: no two writes share a mark, so `removeIfScore` of a mark
   * that was read never removes the mark of a later write.
   *
   * Newer means: `order` is greater than the stored score; or equal, and `hashKey` has no such field, or the stored
   * record is of another `device`, or `tie` is not smaller than its tie. An empty `device` (a record loaded from
   * elsewhere) wins no tie. `deleted`, before all else, when `order` ≤ the score of `field` or of one of
   * `floorMembers` in `tombstoneKey`. `ttlMs` is the new life of `hashKey` and `setKey`.
   *
   * All keys must share one hash tag, so there is one dirty set per tag: `{h:12}:dirty`.
   */
  abstract mergeIfNewer(merge: Merge): Promise<'written' | 'older' | 'deleted'>;
  /**
   * Takes `cost` (up to `limit`, and that up to 10,000) from an exact sliding window: whichever `windowMs` one looks at, at
   * most `limit` was taken in it. A refused call takes nothing.
   * `cost: 0` only looks, and answers as for 1. NOT idempotent: a repeated call takes twice.
   */
  abstract takeQuota(
    key: string,
    quota: { readonly limit: number; readonly windowMs: number; readonly cost: number },
  ): Promise<QuotaResult>;

  /** Forgets everything, leases too. For tests and drills. */
  abstract flush(): Promise<void>;
  /** Resolves when the store can serve; rejects with `unavailable`. */
  abstract ping(): Promise<void>;
  /** Ends after what was accepted is written; verbs called later reject with `unavailable`. */
  abstract close(): Promise<void>;
}

/** Another key, of the same hash tag, that changes in the same step if the verb writes, whatever is there. */
export interface Beside {
  readonly key: string;
  /** It gets the same value for a life of its own; absent: it is removed. */
  readonly ttlMs?: number | undefined;
}

export interface LeaseResult {
  readonly value?: Uint8Array;
  readonly token?: string;
}

export interface Scored {
  readonly member: string;
  readonly score: number;
}

/**
 * Both bounds are inclusive. `after` continues behind that (score, member) in the chosen direction, whether it is
 * still there or not.
 */
export interface ScoreRange {
  readonly min?: number;
  readonly max?: number;
  readonly after?: Scored;
  readonly order: 'ascending' | 'descending';
  /** 1–1000. */
  readonly limit: number;
}

export interface Merge {
  readonly hashKey: string;
  readonly setKey: string;
  readonly field: string;
  readonly value: Uint8Array;
  /** Effective time, ms. */
  readonly order: number;
  /** Sequence number within `device`, which is empty or at most 256 characters of printable ASCII. */
  readonly tie: number;
  readonly device: string;
  readonly tombstoneKey: string;
  /** Members of `tombstoneKey` that cover this record besides `field`, e.g. a clear of everything. */
  readonly floorMembers: readonly string[];
  /** Absent: nothing is marked, e.g. for a record loaded from the database. */
  readonly dirtyKey?: string;
  readonly dirtyMember?: string;
  readonly dirtyAt?: number;
  readonly ttlMs?: number;
}

export interface QuotaResult {
  readonly allowed: boolean;
  /** Whole milliseconds; 0 when allowed. */
  readonly retryAfterMs: number;
}
