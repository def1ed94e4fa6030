import { type Beside } from './cache-store.js';
import { type CacheId } from './definition.js';
import { encodeEntry } from './entry.js';
import { LastKnown } from './last-known.js';
import { chunksOf, type Loaded } from './loading.js';
import { MAX_LOOK_UP, type Scope } from './scope.js';

const MAX_BYTES = 100_000;
const MAX_STAMP = 0xffff_ffff;

interface Written {
  readonly bytes: Uint8Array;
  readonly ttlMs: number;
}

/** How the entries of one cache are written to the store: how long they live, and who writes over whom. */
export class Entries<Id extends CacheId, V> {
  readonly lastKnown: LastKnown<Id, V>;
  readonly #scope: Scope<Id, V>;
  #toldTooBig = false;

  constructor(scope: Scope<Id, V>) {
    this.#scope = scope;
    this.lastKnown = new LastKnown(scope);
  }

  /** Over whatever is there; voids leases. @throws as the store does. */
  async put(id: Id, loaded: Loaded<V>): Promise<void> {
    const { definition, around } = this.#scope;
    const written = this.#write(loaded);
    const key = definition.key(id);
    if (written) await around.store.set(key, written.bytes, { ttlMs: written.ttlMs });
    else await around.store.delete([key]);
    await this.lastKnown.put(id, loaded.value === undefined ? undefined : written?.bytes);
  }

  /** Removes them. @param forget what was last known of them, too. @throws as the store does. */
  async remove(ids: readonly Id[], forget: boolean): Promise<void> {
    for (const some of chunksOf(ids, MAX_LOOK_UP)) {
      const keys = this.#scope.keysOf(some);
      await this.#scope.around.store.delete(forget ? [...keys, ...this.lastKnown.keysOf(some)] : keys);
    }
  }

  /** Loses against any write since the lease was given. @returns whether it stands there now. */
  async fill(id: Id, token: string | undefined, loaded: Loaded<V>): Promise<boolean> {
    if (!token) return false;
    const { store } = this.#scope.around;
    return this.#attempt(id, loaded, (key, { bytes, ...life }) => store.fill(key, token, bytes, life));
  }

  /** Loses against any write since `old` was read. @returns whether it stands there now. */
  async replace(id: Id, old: Uint8Array, loaded: Loaded<V>): Promise<boolean> {
    const { store } = this.#scope.around;
    return this.#attempt(id, loaded, (key, { bytes, ...life }) => store.compareAndSet(key, old, bytes, life));
  }

  /** Ends leases, and removes what is there. A failure is only told. */
  async free(ids: readonly Id[]): Promise<void> {
    if (ids.length === 0) return;
    try {
      await this.remove(ids, false);
    } catch (error) {
      this.#scope.failed(error);
    }
  }

  /** Whoever asked has the value already: a failure is only told. */
  async #attempt(
    id: Id,
    loaded: Loaded<V>,
    write: (key: string, written: Written & { readonly beside?: Beside }) => Promise<boolean>,
  ): Promise<boolean> {
    try {
      const written = this.#write(loaded);
      if (written) {
        const beside = this.lastKnown.beside(id, loaded.value !== undefined);
        return await write(this.#scope.definition.key(id), { ...written, ...beside });
      }
      await this.remove([id], true); // there is nothing to be known any more
    } catch (error) {
      this.#scope.failed(error);
    }
    return false;
  }

  /** @returns `undefined` for what is not to be kept. */
  #write({ value, costMs }: Loaded<V>): Written | undefined {
    const { definition, around } = this.#scope;
    const { codec, ttlMs, emptyTtlMs, staleForMs = 0, maxBytes = MAX_BYTES } = definition;
    const full = value === undefined ? emptyTtlMs : ttlMs;
    if (full === 0) return undefined;
    const freshMs = Math.max(1, Math.round(full * (1 - definition.jitter * around.random.float())));
    const entry = { value, freshUntil: around.clock.now() + freshMs, costMs };
    const bytes = encodeEntry(codec, entry, around.random.int(0, MAX_STAMP));
    if (bytes.byteLength > maxBytes) return this.#tooBig(bytes.byteLength, maxBytes);
    return { bytes, ttlMs: value === undefined ? freshMs : freshMs + staleForMs };
  }

  #tooBig(bytes: number, maxBytes: number): undefined {
    this.#scope.counts.tooBig += 1;
    if (this.#toldTooBig) return;
    this.#toldTooBig = true;
    this.#scope.tell(new Error(`an entry of ${bytes} bytes is not cached: ${maxBytes} are allowed`));
  }
}
