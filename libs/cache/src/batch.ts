/** The ids asked for in one turn of the event loop, and all who wait for them. */
export class Batch<Id, V> {
  readonly #flights = new Map<Id, PromiseWithResolvers<V | undefined>>();
  readonly #unsettled = new Set<Id>();
  readonly #abort = new AbortController();
  readonly #onAbandoned: (batch: Batch<Id, V>) => void;
  #waiting = 0;

  constructor(onAbandoned: (batch: Batch<Id, V>) => void) {
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

  /** The value of `id`, which is added if need be. Each call must be followed by one of `leave`. */
  join(id: Id): Promise<V | undefined> {
    let flight = this.#flights.get(id);
    if (!flight) {
      flight = Promise.withResolvers<V | undefined>();
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

  resolve(id: Id, value: V | undefined): void {
    this.#unsettled.delete(id);
    this.#flights.get(id)?.resolve(value);
  }

  /** Rejects those of `ids` that are not settled yet. */
  reject(ids: readonly Id[], error: unknown): void {
    for (const id of ids) {
      this.#unsettled.delete(id);
      this.#flights.get(id)?.reject(error);
    }
  }
}
