import { type Clock } from '@storey/context';
import { deadlineExceeded } from '@storey/errors';

export interface Bounds {
  /** Ends the stream with its reason. */
  readonly parent: AbortSignal;
  /** Ends the stream with `deadline_exceeded`, counted from the first `next()`. */
  readonly timeoutMs: number | undefined;
  readonly clock: Clock;
}

export interface Cancellable<T> extends AsyncIterableIterator<T> {
  return(): Promise<IteratorResult<T>>;
}

/**
 * An async generator that can be ended from outside at any moment, also while it waits and also while nobody asks
 * for more; a bare one can be ended only between two values. The signal it is given aborts when the stream is over,
 * for whatever reason, and every wait inside must end on it.
 */
export function cancellable<T>(
  generate: (signal: AbortSignal) => AsyncGenerator<T, void>,
  { parent, timeoutMs, clock }: Bounds,
): Cancellable<T> {
  const own = new AbortController();
  const signal = AbortSignal.any([parent, own.signal]);
  const items = run();
  let left = false;
  /** Ended while nobody asked: the next one who asks must hear of it. */
  let unheard = false;

  async function* run(): AsyncGenerator<T, void> {
    const interrupt = (): void => {
      unheard = true;
      void items.return();
    };
    signal.addEventListener('abort', interrupt);
    const cancel =
      timeoutMs === undefined ? undefined : clock.after(timeoutMs, () => own.abort(deadlineExceeded()));
    try {
      yield* generate(signal);
    } finally {
      signal.removeEventListener('abort', interrupt);
      cancel?.();
      own.abort(OVER);
    }
  }

  async function next(): Promise<IteratorResult<T>> {
    try {
      const result = await items.next();
      if (result.done && unheard && !left) throw signal.reason as Error;
      return result;
    } catch (error) {
      if (left) return { done: true, value: undefined };
      throw error;
    } finally {
      unheard = false;
    }
  }

  async function leave(): Promise<IteratorResult<T>> {
    left = true;
    own.abort(OVER);
    await items.return();
    return { done: true, value: undefined };
  }

  return {
    next,
    return: leave,
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

const OVER = new DOMException('The stream is over.', 'AbortError');
