import { currentContext } from '@storey/context';
import { isAppError, outcomeUnknown } from '@storey/errors';

/**
 * Calls a service to accept a write. When the time runs out on the way, the write may have been accepted behind our
 * back, and only "nothing was sent" may be told as `deadline_exceeded`.
 */
export async function accepting<T>(call: () => Promise<T>): Promise<T> {
  currentContext().deadline?.check();
  try {
    return await call();
  } catch (error) {
    if (isAppError(error) && error.kind === 'deadline_exceeded') throw outcomeUnknown(error);
    throw error;
  }
}

/** Of a write with all it waits for, ms; the edge's own budget is no longer. */
export const WRITE_TIMEOUT_MS = 1000;
