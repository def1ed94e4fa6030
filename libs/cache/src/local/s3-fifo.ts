interface Held<K, V> {
  readonly key: K;
  value: V;
  bytes: number;
  /** 0 to 3, since it came into its queue. */
  uses: number;
  queue: Queue<K, V>;
  newer: Held<K, V> | undefined;
  older: Held<K, V> | undefined;
}

/** Part of the bytes for what came once; the rest is for what was used again. */
const SMALL = 0.1;
const MOST_USES = 3;

/**
 * A map bounded in bytes. What is read once, as by a crawler, passes through a tenth of it and leaves the rest alone; a hit
 * writes one small number. S3-FIFO: _FIFO queues are all you need for cache eviction_, SOSP '23.
 */
export class S3Fifo<K, V> {
  readonly #held = new Map<K, Held<K, V>>();
  readonly #small = new Queue<K, V>();
  readonly #main = new Queue<K, V>();
  readonly #ghosts = new Ghosts<K>();
  readonly #maxBytes: number;
  readonly #onEvicted: (key: K, value: V) => void;

  constructor(maxBytes: number, onEvicted: (key: K, value: V) => void) {
    this.#maxBytes = maxBytes;
    this.#onEvicted = onEvicted;
  }

  get size(): number {
    return this.#held.size;
  }

  get bytes(): number {
    return this.#small.bytes + this.#main.bytes;
  }

  /** Counts as a use. */
  get(key: K): V | undefined {
    const held = this.#held.get(key);
    if (held && held.uses < MOST_USES) held.uses += 1;
    return held?.value;
  }

  /** Does not count as a use. */
  peek(key: K): V | undefined {
    return this.#held.get(key)?.value;
  }

  keys(): MapIterator<K> {
    return this.#held.keys();
  }

  /** @returns false, and holds what it held, when `bytes` is over the bound. */
  set(key: K, value: V, bytes: number): boolean {
    if (bytes > this.#maxBytes) return false;
    const held = this.#held.get(key);
    if (held) this.#replace(held, value, bytes);
    else this.#add(key, value, bytes);
    return true;
  }

  delete(key: K): boolean {
    const held = this.#held.get(key);
    if (!held) return false;
    this.#held.delete(key);
    held.queue.remove(held);
    return true;
  }

  clear(): void {
    this.#held.clear();
    this.#small.clear();
    this.#main.clear();
    this.#ghosts.clear();
  }

  #replace(held: Held<K, V>, value: V, bytes: number): void {
    // Out of the queue, so that it can't be the one that makes room for itself.
    const { queue } = held;
    queue.remove(held);
    this.#makeRoom(bytes);
    held.value = value;
    held.bytes = bytes;
    queue.add(held);
  }

  #add(key: K, value: V, bytes: number): void {
    this.#makeRoom(bytes);
    const queue = this.#ghosts.take(key) ? this.#main : this.#small;
    const held: Held<K, V> = { key, value, bytes, uses: 0, queue, newer: undefined, older: undefined };
    this.#held.set(key, held);
    queue.add(held);
  }

  #makeRoom(bytes: number): void {
    while (this.bytes + bytes > this.#maxBytes) {
      const small = this.#small.oldest;
      const main = this.#main.oldest;
      if (small && (!main || this.#small.bytes >= this.#maxBytes * SMALL)) this.#leaveSmall(small);
      else if (main) this.#leaveMain(main);
      else return;
    }
  }

  #leaveSmall(held: Held<K, V>): void {
    this.#small.remove(held);
    if (held.uses > 1) {
      held.uses = 0;
      this.#main.add(held);
      return;
    }
    this.#ghosts.add(held.key, this.#held.size / 2);
    this.#evict(held);
  }

  #leaveMain(held: Held<K, V>): void {
    this.#main.remove(held);
    if (held.uses > 0) {
      held.uses -= 1;
      this.#main.add(held);
    } else this.#evict(held);
  }

  #evict(held: Held<K, V>): void {
    this.#held.delete(held.key);
    this.#onEvicted(held.key, held.value);
  }
}

/** Linked by hand: the front of a `Map` from which much was deleted is slow to find. */
class Queue<K, V> {
  bytes = 0;
  oldest: Held<K, V> | undefined;
  #newest: Held<K, V> | undefined;

  add(held: Held<K, V>): void {
    held.queue = this;
    held.older = this.#newest;
    if (this.#newest) this.#newest.newer = held;
    else this.oldest = held;
    this.#newest = held;
    this.bytes += held.bytes;
  }

  remove(held: Held<K, V>): void {
    if (held.older) held.older.newer = held.newer;
    else this.oldest = held.newer;
    if (held.newer) held.newer.older = held.older;
    else this.#newest = held.older;
    held.newer = undefined;
    held.older = undefined;
    this.bytes -= held.bytes;
  }

  clear(): void {
    this.bytes = 0;
    this.oldest = undefined;
    this.#newest = undefined;
  }
}

/** Keys that left after one use: who comes back was sent away too soon. In two generations, the older is forgotten whole. */
class Ghosts<K> {
  #young = new Set<K>();
  #old = new Set<K>();

  add(key: K, limit: number): void {
    if (this.#young.size >= limit) {
      this.#old = this.#young;
      this.#young = new Set();
    }
    this.#young.add(key);
  }

  take(key: K): boolean {
    return this.#young.delete(key) || this.#old.delete(key);
  }

  clear(): void {
    this.#young.clear();
    this.#old.clear();
  }
}
