/** The only source of time. Injected everywhere, so that a test can turn it. */
export abstract class Clock {
  /** Wall clock, ms since 1970. May step. For timestamps only. */
  abstract now(): number;
  /** Monotonic, ms from an arbitrary start. For deadlines, leases and measuring. */
  abstract monotonic(): number;
  /** Resolves after `ms`, or rejects with the signal's reason as soon as it aborts. */
  abstract sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Calls `fn` once after `ms`; the returned function cancels. Never keeps a process alive. */
  abstract after(ms: number, fn: () => void): () => void;
}

class SystemClock extends Clock {
  now(): number {
    return Date.now();
  }

  monotonic(): number {
    return performance.now();
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason as Error);
      const timer = setTimeout(done, ms);
      signal?.addEventListener('abort', aborted, { once: true });
      function done(): void {
        signal?.removeEventListener('abort', aborted);
        resolve();
      }
      function aborted(): void {
        clearTimeout(timer);
        reject(signal?.reason as Error);
      }
    });
  }

  after(ms: number, fn: () => void): () => void {
    const timer = setTimeout(fn, ms);
    timer.unref();
    return () => clearTimeout(timer);
  }
}

export const systemClock: Clock = new SystemClock();
