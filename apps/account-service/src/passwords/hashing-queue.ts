import { currentContext, type Clock } from '@storey/context';
import { unavailable } from '@storey/errors';

/** Hashes at a time: each takes a core and 19 MiB. */
export const RUNNING = 2;
/** Beyond, the caller is told to come again. At 75 ms a hash and two at a time it is over two seconds of work. */
export const WAITING = 64;

interface Waiter {
  readonly begin: () => void;
}

/**
 * Lets a few of many costly jobs run at a time, in the order in which they came. A job whose caller's deadline passes while it waits is
 * never begun.
 */
export class HashingQueue {
  readonly #clock: Clock;
  readonly #waiters = new Set<Waiter>();
  #running = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get waiting(): number {
    return this.#waiters.size;
  }

  /** @throws AppError `unavailable` when too many wait or the deadline of the context passes while waiting. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= RUNNING) await this.#turn();
    else this.#running += 1;
    try {
      return await work();
    } finally {
      this.#next();
    }
  }

  /** Whoever ends hands its place over, so `#running` stays as it is. */
  #turn(): Promise<void> {
    const leftMs = currentContext().deadline?.remainingMs;
    if (this.#waiters.size >= WAITING || leftMs === 0) throw busy();
    return new Promise((resolve, reject) => {
      let stopTimer = (): void => undefined;
      const waiter = { begin: () => (stopTimer(), resolve()) };
      this.#waiters.add(waiter);
      if (leftMs === undefined) return;
      stopTimer = this.#clock.after(leftMs, () => {
        if (this.#waiters.delete(waiter)) reject(busy());
      });
    });
  }

  #next(): void {
    const [waiter] = this.#waiters;
    if (!waiter) {
      this.#running -= 1;
      return;
    }
    this.#waiters.delete(waiter);
    waiter.begin();
  }
}

const busy = (): Error => unavailable('Too many people sign in at this moment. Try again.');
