/** The ids asked for in one turn of the event loop, and all who wait for what is found of them. */
export class Batch<Id, T> {
  readonly #flights = new Map<Id, PromiseWithResolvers<T>>();
  readonly #unsettled = new Set<Id>();
  readonly #abort = new AbortController();
  readonly #onAbandoned: (batch: Batch<Id, T>) => void;
  #waiting = 0;

  constructor(onAbandoned: (batch: Batch<Id, T>) => void) {
    this.#onAbandoned = onAbandoned;
  }

  get ids(): readonly Id[] {
    return [...this.#flights.keys()];
  }

  get size(): number {
    return this.#flights.size;
  }

  /** Aborts when nobody waits any more. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** What is found of `id`, which is added if need be. Each call must be followed by one of `leave`. */
  join(id: Id): Promise<T> {
    let flight = this.#flights.get(id);
    if (!flight) {
      flight = Promise.withResolvers<T>();
      this.#flights.set(id, flight);
      this.#unsettled.add(id);
    }
    this.#waiting += 1;
    return flight.promise;
  }

  leave(): void {
    this.#waiting -= 1;
    if (this.#waiting > 0 || this.#unsettled.size === 0) return;
    this.#onAbandoned(this);
    this.#abort.abort();
  }

  resolve(id: Id, found: T): void {
    this.#unsettled.delete(id);
    this.#flights.get(id)?.resolve(found);
  }

  /** Rejects those of `ids` that are not settled yet. */
  reject(ids: readonly Id[], error: unknown): void {
    for (const id of ids) {
      this.#unsettled.delete(id);
      this.#flights.get(id)?.reject(error);
    }
  }
}
