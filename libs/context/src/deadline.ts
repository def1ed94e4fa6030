import { deadlineExceeded } from '@storey/errors';
import { systemClock, type Clock } from './clock.js';

/** A point in monotonic time after which an answer is of no use to anybody. Only ever shrinks on the way. */
export class Deadline {
  readonly #at: number;
  readonly #clock: Clock;

  private constructor(at: number, clock: Clock) {
    this.#at = at;
    this.#clock = clock;
  }

  static in(ms: number, clock: Clock = systemClock): Deadline {
    return new Deadline(clock.monotonic() + ms, clock);
  }

  /** Milliseconds left, never below 0. */
  get remainingMs(): number {
    return Math.max(0, this.#at - this.#clock.monotonic());
  }

  get expired(): boolean {
    return this.remainingMs === 0;
  }

  /** The earlier of this deadline and `ms` from now. */
  within(ms: number): Deadline {
    return new Deadline(Math.min(this.#at, this.#clock.monotonic() + ms), this.#clock);
  }

  /** @throws AppError deadline_exceeded */
  check(): void {
    if (this.expired) throw deadlineExceeded();
  }

  /** Runs `work` with a signal that aborts at the deadline (or with `parent`), and stops waiting for it then. */
  async run<T>(work: (signal: AbortSignal) => Promise<T>, parent?: AbortSignal): Promise<T> {
    this.check();
    parent?.throwIfAborted();
    // One listener and one controller a call: `AbortSignal.any` and a race on its signal cost several times as much.
    const controller = new AbortController();
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const end = (reason: unknown): void => {
      controller.abort(reason);
      reject(reason);
    };
    const gone = (): void => end(parent?.reason);
    parent?.addEventListener('abort', gone, { once: true });
    const cancel = this.#clock.after(this.remainingMs, () => end(deadlineExceeded()));
    try {
      work(controller.signal).then(resolve, reject);
      return await promise;
    } finally {
      cancel();
      parent?.removeEventListener('abort', gone);
    }
  }
}

/** `promise`, or the signal's reason as soon as it aborts. The loser's rejection is taken care of. */
export function raceAbort<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const aborted = (): void => reject(signal.reason as Error);
    if (signal.aborted) aborted();
    else signal.addEventListener('abort', aborted, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', aborted));
  });
}
