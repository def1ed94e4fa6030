import { AppError } from '@storey/errors';
import { Subject, takeUntil, type Observable } from 'rxjs';

/** Messages that wait for a slow reader before it is dropped. */
export const MAX_BUFFERED = 256;

interface Waiting<T> {
  readonly resolve: (result: IteratorResult<T>) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * An Observable as an AsyncIterator. An Observable cannot be slowed down, so at most 256 values wait; with the next
 * one the source is unsubscribed and the reader, once it has read what waits, gets an error. One `next()` at a time.
 */
export class BoundedBuffer<T> implements AsyncIterator<T> {
  readonly #values: T[] = [];
  readonly #left = new Subject<void>();
  #waiting: Waiting<T> | undefined;
  #end: { readonly error?: unknown } | undefined;

  /** Subscribes at once. */
  constructor(source: Observable<T>) {
    source.pipe(takeUntil(this.#left)).subscribe({
      next: (value) => this.#push(value),
      error: (error: unknown) => this.#finish({ error }),
      complete: () => this.#finish({}),
    });
  }

  next(): Promise<IteratorResult<T>> {
    const [value] = this.#values;
    if (this.#values.length > 0) {
      this.#values.shift();
      return Promise.resolve({ done: false, value: value as T });
    }
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      if (this.#end) this.#settle(this.#end);
    });
  }

  return(): Promise<IteratorResult<T>> {
    this.#values.length = 0;
    this.#finish({});
    return Promise.resolve({ done: true, value: undefined });
  }

  #push(value: T): void {
    if (this.#end) return;
    if (this.#waiting) {
      this.#waiting.resolve({ done: false, value });
      this.#waiting = undefined;
    } else if (this.#values.length < MAX_BUFFERED) {
      this.#values.push(value);
    } else {
      this.#finish({ error: tooSlow() });
    }
  }

  #finish(end: { readonly error?: unknown }): void {
    if (this.#end) return;
    this.#end = end;
    this.#settle(end);
    this.#left.next();
  }

  #settle(end: { readonly error?: unknown }): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if ('error' in end) waiting?.reject(end.error);
    else waiting?.resolve({ done: true, value: undefined });
  }
}

const tooSlow = (): AppError =>
  new AppError({
    kind: 'unavailable',
    code: 'COMMON_UNAVAILABLE',
    message: 'The reader of this stream is too slow.',
    details: { retryAfterSeconds: 1 },
  });
