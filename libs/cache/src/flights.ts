import { raceAbort, runDetached } from '@storey/context';
import { Batch } from './batch.js';
import { MAX_LOOK_UP } from './scope.js';
import { Wait } from './wait.js';

/** A batch on its way; `land` its ids when who asks for them should start anew. */
export type Fly<Id, T> = (batch: Batch<Id, T>, land: (ids: readonly Id[]) => void) => Promise<void>;

/** Singleflight: an id is fetched once at a time, with all that were asked for in the same turn of the event loop. */
export class Flights<Id, T> {
  readonly #fly: Fly<Id, T>;
  readonly #flying = new Map<Id, Batch<Id, T>>();
  #gathering: Batch<Id, T> | undefined;

  constructor(fly: Fly<Id, T>) {
    this.#fly = fly;
  }

  has(id: Id): boolean {
    return this.#flying.has(id);
  }

  /** In the order of `ids`. The signal ends this wait and not that of others; a batch left by all is aborted. */
  async wait(ids: readonly Id[], signal: AbortSignal | undefined): Promise<readonly T[]> {
    signal?.throwIfAborted();
    const wait = new Wait<T>(ids.length);
    const entered = new Set<Batch<Id, T>>();
    for (const [at, id] of ids.entries()) {
      const batch = this.#flying.get(id) ?? this.#board(id);
      entered.add(batch);
      batch.join(id, wait, at);
    }
    for (const batch of entered) batch.enter();
    try {
      return await (signal ? raceAbort(wait.all, signal) : wait.all);
    } finally {
      for (const batch of entered) batch.leave();
    }
  }

  /** Who asks for `ids` from now on doesn't get what was fetched before. */
  forget(ids: Iterable<Id>): void {
    for (const id of ids) this.#flying.delete(id);
  }

  forgetWhere(belongs: (id: Id) => boolean): void {
    for (const id of this.#flying.keys()) if (belongs(id)) this.#flying.delete(id);
  }

  #board(id: Id): Batch<Id, T> {
    const open = this.#gathering;
    const batch = open && open.size < MAX_LOOK_UP ? open : this.#gather();
    this.#flying.set(id, batch);
    return batch;
  }

  #gather(): Batch<Id, T> {
    const batch = new Batch<Id, T>((abandoned) => this.#land(abandoned, abandoned.ids));
    this.#gathering = batch;
    // The first caller's deadline and identity are not those of the others.
    runDetached(() => setImmediate(() => void this.#depart(batch)));
    return batch;
  }

  async #depart(batch: Batch<Id, T>): Promise<void> {
    if (this.#gathering === batch) this.#gathering = undefined;
    if (batch.signal.aborted) return;
    try {
      await this.#fly(batch, (ids) => this.#land(batch, ids));
    } catch (error) {
      batch.reject(batch.ids, error);
    } finally {
      this.#land(batch, batch.ids);
    }
  }

  #land(batch: Batch<Id, T>, ids: readonly Id[]): void {
    if (this.#gathering === batch) this.#gathering = undefined;
    for (const id of ids) if (this.#flying.get(id) === batch) this.#flying.delete(id);
  }
}
