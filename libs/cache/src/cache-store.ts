/** What a cache needs of its store: single keys, each verb atomic. `Kv` of `@storey/kv` is one. */
export interface CacheStore {
  /** In the order of `keys`. */
  mget(keys: readonly string[]): Promise<readonly (Uint8Array | undefined)[]>;
  /** Writes over whatever is there and voids the lease on `key`. */
  set(key: string, value: Uint8Array, options: { readonly ttlMs?: number }): Promise<void>;
  /** Writes if the bytes that are there equal `expected`. @returns whether it did. */
  compareAndSet(
    key: string,
    expected: Uint8Array,
    value: Uint8Array,
    options: { readonly ttlMs?: number; readonly beside?: Beside },
  ): Promise<boolean>;
  /** Removes values and leases. */
  delete(keys: readonly string[]): Promise<number>;
  /** Each key's value, or a fresh lease `token` to the first who misses, or neither while another holds the lease. */
  getOrLease(keys: readonly string[], leaseMs: number): Promise<readonly Leased[]>;
  /** Writes if `token` is still the key's lease and nothing is there. @returns whether it did. */
  fill(
    key: string,
    token: string,
    value: Uint8Array,
    options: { readonly ttlMs: number; readonly beside?: Beside },
  ): Promise<boolean>;
}

/** Another key, of the same `{tag}` so that both lie together, that changes in the same step if the verb writes. */
export interface Beside {
  readonly key: string;
  /** It gets the same value for a life of its own; absent: it is removed. */
  readonly ttlMs?: number | undefined;
}

export interface Leased {
  readonly value?: Uint8Array;
  /** An empty one: load, but there is nothing to fill. */
  readonly token?: string;
}
