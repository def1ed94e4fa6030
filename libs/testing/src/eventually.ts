import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Runs `check` until it does not throw. @returns what it returned. @throws what it threw last, when the time is over.
 * Real time: for tests of real processes only.
 */
export async function eventually<T>(
  check: () => T | Promise<T>,
  { timeoutMs = 5000, everyMs = 25 }: { readonly timeoutMs?: number; readonly everyMs?: number } = {},
): Promise<T> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() >= end) throw error;
    }
    await sleep(everyMs);
  }
}
