import { type Clock } from '@storey/context';
import { misuse } from './failures.js';
import { STOP_WAIT_MS } from './limits.js';
import { type ResolvedOptions } from './options.js';

/** Waits, bounded, for a handler whose signal was aborted; one that does not end is reported. */
export async function handlerEnded(
  done: Promise<void>,
  { clock, onError }: ResolvedOptions,
  where: string,
): Promise<void> {
  let cancel: (() => void) | undefined;
  const late = new Promise<'late'>((resolve) => (cancel = clock.after(STOP_WAIT_MS, () => resolve('late'))));
  const outcome = await Promise.race([done, late]);
  cancel?.();
  if (outcome === 'late') onError(misuse(`A handler did not end within ${STOP_WAIT_MS} ms.`), where);
}

/** Sleeps, or wakes early when `signal` aborts. */
export async function sleepUnlessAborted(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  try {
    await clock.sleep(ms, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
