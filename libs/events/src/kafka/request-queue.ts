/** What is touched of the package's queue of requests, one for each connection. */
export interface RequestQueue {
  readonly pending: readonly unknown[];
  scheduleCheckPendingRequests(): void;
}

/**
 * The package looks again for waiting requests after `setTimeout(-1 - now)`, which fires at once and sets itself anew
 * for ever: some 900 wake-ups a second on every idle connection (tulios/kafkajs#1704, #1751). A queue without waiting
 * requests has nothing to look for: they only wait while the broker throttles, and then the delay is a real one.
 */
export function calmRequestQueue(prototype: RequestQueue): void {
  const schedule = prototype.scheduleCheckPendingRequests;
  prototype.scheduleCheckPendingRequests = function calm(this: RequestQueue): void {
    if (this.pending.length > 0) schedule.call(this);
  };
}
