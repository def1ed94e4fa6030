import { type Wait } from './wait.js';

interface Seat<T> {
  readonly wait: Wait<T>;
  /** Place of the id among those that are waited for. */
  readonly at: number;
}

type End<T> = { readonly found: T } | { readonly error: unknown };

/** One id on its way, and its first seat: most have no other, and a page of ids is many objects. */
interface Flight<T> extends Seat<T> {
  others: Seat<T>[] | undefined;
  end: End<T> | undefined;
}

/** The ids asked for in one turn of the event loop, and all who wait for what is found of them. */
export class Batch<Id, T> {
  readonly #flights = new Map<Id, Flight<T>>();
  readonly #abort = new AbortController();
  readonly #onAbandoned: (batch: Batch<Id, T>) => void;
  #unsettled = 0;
  #waits = 0;

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

  /** Each call must be followed by one of `leave`. */
  enter(): void {
    this.#waits += 1;
  }

  leave(): void {
    this.#waits -= 1;
    if (this.#waits > 0 || this.#unsettled === 0) return;
    this.#onAbandoned(this);
    this.#abort.abort();
  }

  /** Tells `wait` what is found of `id`, which is added if need be. */
  join(id: Id, wait: Wait<T>, at: number): void {
    const flight = this.#flights.get(id);
    if (!flight) {
      this.#flights.set(id, { wait, at, others: undefined, end: undefined });
      this.#unsettled += 1;
    } else if (flight.end) tell({ wait, at }, flight.end);
    else (flight.others ??= []).push({ wait, at });
  }

  resolve(id: Id, found: T): void {
    const flight = this.#flights.get(id);
    if (flight) this.#settle(flight, { found });
  }

  /** Rejects those of `ids` that are not settled yet. */
  reject(ids: readonly Id[], error: unknown): void {
    for (const id of ids) {
      const flight = this.#flights.get(id);
      if (flight) this.#settle(flight, { error });
    }
  }

  #settle(flight: Flight<T>, end: End<T>): void {
    if (flight.end) return;
    flight.end = end;
    this.#unsettled -= 1;
    tell(flight, end);
    for (const seat of flight.others ?? []) tell(seat, end);
  }
}

function tell<T>({ wait, at }: Seat<T>, end: End<T>): void {
  if ('found' in end) wait.resolve(at, end.found);
  else wait.reject(end.error);
}
