import { Clock } from './clock.js';

interface Timer {
  readonly at: number;
  readonly fire: () => void;
}

/** A clock that moves only when told. `advance` runs what falls due, in order, letting promises settle between. */
export class FakeClock extends Clock {
  #monotonic = 0;
  #offset: number;
  readonly #timers = new Set<Timer>();

  /** @param start wall-clock ms at creation. */
  constructor(start = Date.UTC(2026, 0, 1)) {
    super();
    this.#offset = start;
  }

  now(): number {
    return this.#offset + this.#monotonic;
  }

  monotonic(): number {
    return this.#monotonic;
  }

  /** Moves the wall clock alone, as NTP would. */
  step(ms: number): void {
    this.#offset += ms;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason as Error);
      const cancel = this.after(ms, resolve);
      signal?.addEventListener('abort', () => (cancel(), reject(signal.reason as Error)), { once: true });
    });
  }

  after(ms: number, fn: () => void): () => void {
    const timer = { at: this.#monotonic + ms, fire: fn };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  get pendingTimers(): number {
    return this.#timers.size;
  }

  async advance(ms: number): Promise<void> {
    const end = this.#monotonic + ms;
    for (let next = this.#next(end); next; next = this.#next(end)) {
      this.#monotonic = Math.max(this.#monotonic, next.at);
      this.#timers.delete(next);
      next.fire();
      await settle();
    }
    this.#monotonic = end;
    await settle();
  }

  #next(end: number): Timer | undefined {
    const due = [...this.#timers].filter((timer) => timer.at <= end);
    return due.sort((a, b) => a.at - b.at)[0];
  }
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
