import { type QuotaResult } from './kv.js';

interface Bucket {
  /** The theoretical arrival time kept from the last call, wall-clock ms. */
  readonly arrival: number | undefined;
  readonly now: number;
  readonly limit: number;
  readonly windowMs: number;
  readonly cost: number;
}

/**
 * The generic cell rate algorithm (ITU-T I.371): one number per bucket says when it will be empty again.
 * @returns `arrival` when something was taken, to be kept until that time.
 */
export function take({
  arrival,
  now,
  limit,
  windowMs,
  cost,
}: Bucket): QuotaResult & { readonly arrival?: number } {
  // Never ahead by more than the window, unless the clock went back; then the bucket is full, not locked for hours.
  const start = Math.min(Math.max(arrival ?? now, now), now + windowMs);
  const next = start + (Math.max(cost, 1) * windowMs) / limit;
  const wait = next - windowMs - now;
  if (wait > ROUNDING) return { allowed: false, retryAfterMs: Math.max(1, Math.ceil(wait - ROUNDING)) };
  return { allowed: true, retryAfterMs: 0, ...(cost > 0 && { arrival: next }) };
}

/** Ms. Sums of `windowMs / limit` at the size of a wall clock are off by up to about a thousandth. */
const ROUNDING = 0.01;

/** How `arrival` is kept under its key: until the bucket is empty again, when it says nothing any more. */
export const writeArrival = (arrival: number): { readonly value: Uint8Array; readonly expiresAt: number } => {
  const value = Buffer.allocUnsafeSlow(8);
  value.writeDoubleLE(arrival);
  return { value, expiresAt: Math.ceil(arrival) };
};

export const readArrival = (value: Uint8Array): number =>
  new DataView(value.buffer, value.byteOffset, value.byteLength).getFloat64(0, true);
