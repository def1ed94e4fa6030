import { type QuotaResult } from './kv.js';

interface Window {
  /** When each unit that may still count was taken, wall-clock ms, ascending. */
  readonly taken: readonly number[];
  readonly now: number;
  readonly limit: number;
  readonly windowMs: number;
  readonly cost: number;
}

/**
 * An exact sliding window: whichever `windowMs` one looks at, at most `limit` was taken in it. A bucket that refills would
 * let twice as much pass, and a window that starts on the minute twice as much around its start.
 * @returns `taken` when it changed, to be kept until the last of it has left the window.
 */
export function take({
  taken,
  now,
  limit,
  windowMs,
  cost,
}: Window): QuotaResult & { readonly taken?: readonly number[] } {
  // A clock that was set back must not lock anybody out: nothing was taken later than now. That is noted even when the
  // call is refused, or it would be true of every later now as well.
  const wasSetBack = (taken.at(-1) ?? now) > now;
  const counting = taken.map((at) => Math.min(at, now)).filter((at) => at > now - windowMs);
  const wanted = Math.max(cost, 1);
  const mustLeave = counting.length + wanted - limit;
  if (mustLeave > 0) {
    const last = counting[mustLeave - 1] ?? now;
    const retryAfterMs = Math.max(1, Math.ceil(last + windowMs - now));
    return { allowed: false, retryAfterMs, ...(wasSetBack && { taken: counting }) };
  }
  const added = Array.from({ length: cost }, () => now);
  const changed = wasSetBack || cost > 0;
  return { allowed: true, retryAfterMs: 0, ...(changed && { taken: [...counting, ...added] }) };
}

/** How the window is kept under its key: until it is empty, when it says nothing any more. */
export function writeTaken(
  taken: readonly number[],
  windowMs: number,
): { readonly value: Uint8Array; readonly expiresAt: number } {
  const value = Buffer.allocUnsafeSlow(taken.length * BYTES);
  taken.forEach((at, i) => value.writeDoubleLE(at, i * BYTES));
  return { value, expiresAt: Math.ceil((taken.at(-1) ?? 0) + windowMs) };
}

export function readTaken(value: Uint8Array): readonly number[] {
  const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
  return Array.from({ length: Math.floor(value.byteLength / BYTES) }, (_, i) =>
    view.getFloat64(i * BYTES, true),
  );
}

const BYTES = 8;
