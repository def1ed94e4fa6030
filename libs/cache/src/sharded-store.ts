import { isAppError } from '@storey/errors';
import { type Beside, type CacheStore, type Leased } from './cache-store.js';
import { type HashRing } from './hash-ring.js';
import { inPieces, type PipelineSize } from './pipeline-size.js';

export interface ShardedStoreOptions {
  readonly ring: HashRing;
  /** One for each name of the ring. */
  readonly stores: ReadonlyMap<string, CacheStore>;
  /** Bounds what one node is asked for at once; one for each node that has one. */
  readonly sizes?: ReadonlyMap<string, PipelineSize>;
}

/** `getOrLease`: load, but there is nothing to fill. */
const NO_LEASE = '';

interface Share {
  readonly store: CacheStore;
  readonly size: PipelineSize | undefined;
  /** Positions among the keys that were asked for. */
  readonly at: readonly number[];
  /** As they are called in the store. */
  readonly keys: readonly string[];
}

/**
 * One store made of several: each key lies in the one that the ring says, and those of one `{tag}` together. A node that is
 * `unavailable` fails what is written to it; what is read from it is missed, while the other nodes answer as ever.
 */
export class ShardedStore implements CacheStore {
  readonly #ring: HashRing;
  readonly #stores: ReadonlyMap<string, CacheStore>;
  readonly #sizes: ReadonlyMap<string, PipelineSize>;

  /** @throws RangeError when a node of the ring has no store. */
  constructor({ ring, stores, sizes = new Map() }: ShardedStoreOptions) {
    const missing = ring.nodes.filter((node) => !stores.has(node));
    if (missing.length > 0) throw new RangeError(`There is no store for ${missing.join(', ')}.`);
    this.#ring = ring;
    this.#stores = stores;
    this.#sizes = sizes;
  }

  /** Of a node that is away `undefined`. @throws AppError `unavailable` when no node that was asked is there. */
  mget(keys: readonly string[]): Promise<readonly (Uint8Array | undefined)[]> {
    return this.#read(keys, (store, some) => store.mget(some), undefined);
  }

  /** Of a node that is away: to be loaded, without a lease. @throws as `mget` */
  getOrLease(keys: readonly string[], leaseMs: number): Promise<readonly Leased[]> {
    return this.#read(keys, (store, some) => store.getOrLease(some, leaseMs), { token: NO_LEASE });
  }

  async set(key: string, value: Uint8Array, options: { readonly ttlMs?: number }): Promise<void> {
    const { store, name } = this.#place(key);
    return store.set(name, value, options);
  }

  async compareAndSet(
    key: string,
    expected: Uint8Array,
    value: Uint8Array,
    options: { readonly ttlMs?: number; readonly beside?: Beside },
  ): Promise<boolean> {
    const { store, name } = this.#place(key);
    return store.compareAndSet(name, expected, value, this.#placed(options));
  }

  async fill(
    key: string,
    token: string,
    value: Uint8Array,
    options: { readonly ttlMs: number; readonly beside?: Beside },
  ): Promise<boolean> {
    if (token === NO_LEASE) return false;
    const { store, name } = this.#place(key);
    return store.fill(name, token, value, this.#placed(options));
  }

  /** Every node that is there has done it when this settles. @throws what the first of those threw that failed. */
  async delete(keys: readonly string[]): Promise<number> {
    const outcomes = await Promise.allSettled(
      this.#shares(keys).map((share) => pieces(share, (some) => share.store.delete(some))),
    );
    const counts = outcomes.map((outcome) => {
      if (outcome.status === 'rejected') throw outcome.reason;
      return outcome.value.reduce((sum, count) => sum + count, 0);
    });
    return counts.reduce((sum, count) => sum + count, 0);
  }

  async #read<T>(
    keys: readonly string[],
    ask: (store: CacheStore, keys: readonly string[]) => Promise<readonly T[]>,
    missed: T,
  ): Promise<readonly T[]> {
    const shares = this.#shares(keys);
    const outcomes = await Promise.allSettled(
      shares.map((share) => pieces(share, (some) => ask(share.store, some))),
    );
    const failed = outcomes.filter((outcome) => outcome.status === 'rejected');
    const fatal = failed.find(({ reason }) => !isAway(reason));
    if (fatal) throw fatal.reason;
    if (failed[0] && failed.length === shares.length) throw failed[0].reason;
    const answers = new Array<T>(keys.length).fill(missed);
    for (const [n, outcome] of outcomes.entries()) {
      if (outcome.status === 'rejected') continue;
      for (const [i, answer] of outcome.value.flat().entries()) answers[shares[n]?.at[i] ?? 0] = answer as T;
    }
    return answers;
  }

  #shares(keys: readonly string[]): readonly Share[] {
    const placed = keys.map((key, at) => ({ at, ...this.#place(key) }));
    return [...Map.groupBy(placed, ({ node }) => node)].map(([node, places]) => ({
      store: this.#storeOf(node),
      size: this.#sizes.get(node),
      at: places.map(({ at }) => at),
      keys: places.map(({ name }) => name),
    }));
  }

  #place(key: string): { readonly node: string; readonly store: CacheStore; readonly name: string } {
    const { node, epoch } = this.#ring.placeOf(key);
    return { node, store: this.#storeOf(node), name: `${epoch.toString(36)}:${key}` };
  }

  /** With what lies beside as it is called there. */
  #placed<T extends { readonly beside?: Beside }>(options: T): T {
    const { beside } = options;
    return beside ? { ...options, beside: { ...beside, key: this.#place(beside.key).name } } : options;
  }

  #storeOf(node: string): CacheStore {
    const store = this.#stores.get(node);
    if (!store) throw new RangeError(`There is no store for ${node}.`);
    return store;
  }
}

const isAway = (error: unknown): boolean => isAppError(error) && error.kind === 'unavailable';

async function pieces<T>(
  { keys, size }: Share,
  work: (some: readonly string[]) => Promise<T>,
): Promise<readonly T[]> {
  return size ? inPieces(keys, size, work) : [await work(keys)];
}
