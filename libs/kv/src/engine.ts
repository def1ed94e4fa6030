import { type Clock } from '@storey/context';
import { unavailable } from '@storey/errors';
import { type Durability } from './durability.js';
import { type Effect } from './effect.js';
import { type Leases } from './leases.js';
import { type Store } from './store.js';
import { Sweeper } from './sweeper.js';

/** Where verbs meet memory, its bound and the journal. */
export class Engine {
  readonly #sweeper: Sweeper;
  #closed = false;

  /** @param durability absent for a cache, which evicts where state refuses. */
  constructor(
    private readonly store: Store,
    readonly leases: Leases,
    private readonly maxBytes: number,
    private readonly durability: Durability | undefined,
  ) {
    this.#sweeper = new Sweeper(store, leases, (effects) => this.#apply(effects));
    this.#sweeper.wake();
  }

  get clock(): Clock {
    return this.store.clock;
  }

  get evicts(): boolean {
    return this.durability === undefined;
  }

  /** The store, for a verb about to look at it. */
  read(): Store {
    if (this.#closed) throw unavailable('The key-value store is closed.');
    return this.store;
  }

  expiry(ttlMs: number | undefined): number | undefined {
    return ttlMs === undefined ? undefined : this.clock.now() + ttlMs;
  }

  /** Applies `effects` in one step and answers once they are written. */
  write<T>(effects: readonly Effect[], result: T): Promise<T> | T {
    this.read();
    if (effects.length > 0) this.#apply(effects);
    return this.answer(result);
  }

  /** `result` once all that it may have seen is written, so that no answer rests on a write that is then refused. */
  answer<T>(result: T): Promise<T> | T {
    const written = this.durability?.written();
    return written === undefined ? result : written.then(() => result);
  }

  /** A lease ended or began: there may be something to sweep. */
  leased(): void {
    this.#sweeper.wake();
  }

  async ping(): Promise<void> {
    this.read();
    await this.durability?.probe();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#sweeper.stop();
    await this.durability?.close();
  }

  #apply(effects: readonly Effect[]): void {
    const before = this.store.bytes;
    const undo = this.store.apply(effects);
    if (this.durability === undefined) this.store.evictTo(this.maxBytes);
    else if (this.store.bytes > this.maxBytes && this.store.bytes > before) {
      undo();
      throw unavailable(`The key-value store is full: it may hold ${this.maxBytes} bytes.`);
    } else this.durability.append(effects, undo);
    for (const effect of effects) this.#voidLease(effect);
    this.#sweeper.wake();
  }

  #voidLease(effect: Effect): void {
    if (effect.op === 'flush') this.leases.voidAll();
    else if (effect.op === 'put' || effect.op === 'delete') this.leases.void(effect.key);
  }
}
