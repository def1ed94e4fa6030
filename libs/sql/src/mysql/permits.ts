import { type Clock } from '@storey/context';
import { unavailable } from '@storey/errors';

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export interface Waiting {
  readonly waitMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** So many may hold one at a time; others wait, first come first served, bounded in number and time. */
export class Permits {
  readonly #clock: Clock;
  readonly #maxWaiting: number;
  readonly #total: number;
  readonly #waiting = new Set<Waiter>();
  #free: number;
  #closed = false;
  #allBack: () => void = () => undefined;

  constructor(clock: Clock, total: number, maxWaiting: number) {
    this.#clock = clock;
    this.#total = total;
    this.#free = total;
    this.#maxWaiting = maxWaiting;
  }

  get taken(): number {
    return this.#total - this.#free;
  }

  /** @throws AppError `unavailable` when none is free in time, or the reason of the signal. */
  async take({ waitMs, signal }: Waiting): Promise<void> {
    signal?.throwIfAborted();
    if (this.#closed) throw unavailable('The database is closed.');
    if (this.#free > 0) {
      this.#free -= 1;
      return;
    }
    if (this.#waiting.size >= this.#maxWaiting) throw unavailable('The database is busy.');
    await this.#wait(waitMs, signal);
  }

  give(): void {
    const [next] = this.#waiting;
    if (next) {
      this.#waiting.delete(next);
      return next.resolve();
    }
    this.#free += 1;
    if (this.#closed && this.taken === 0) this.#allBack();
  }

  /** Refuses who waits and who comes. @returns when the last one is back. */
  close(): Promise<void> {
    this.#closed = true;
    for (const { reject } of this.#waiting) reject(unavailable('The database is closing.'));
    this.#waiting.clear();
    return this.taken === 0 ? Promise.resolve() : new Promise((resolve) => (this.#allBack = resolve));
  }

  async #wait(waitMs: number, signal: AbortSignal | undefined): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiter = { resolve, reject };
    const leave = (error: unknown): void => {
      this.#waiting.delete(waiter);
      reject(error);
    };
    const aborted = (): void => leave(signal?.reason);
    const cancel = this.#clock.after(waitMs, () => leave(unavailable('The database is busy.')));
    signal?.addEventListener('abort', aborted, { once: true });
    this.#waiting.add(waiter);
    try {
      await promise;
    } finally {
      cancel();
      signal?.removeEventListener('abort', aborted);
    }
  }
}
