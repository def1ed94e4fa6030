import { AppError } from '@storey/errors';

/** Clocks this near to ours, ms, are taken as they are. */
const TOLERATED_SKEW = 60_000;
/** How far ahead of ours a report may still be, ms. */
const MAX_AHEAD = 300_000;

export interface ReportTimes {
  /** By the client's clock, epoch ms; absent: now. */
  readonly at?: number;
  /** The client's clock when it sent this; shows how wrong that clock is. */
  readonly sentAt?: number;
}

/**
 * When a report counts as made: never later than `now`, so that no wrong clock freezes a record.
 * @throws AppError 422 HISTORY_TIME_INVALID when it lies more than 5 min ahead after the client's clock was put right.
 */
export function effectiveTime({ at, sentAt }: ReportTimes, now: number): number {
  if (at === undefined) return now;
  const skew = sentAt === undefined ? 0 : now - sentAt;
  const shifted = Math.abs(skew) > TOLERATED_SKEW ? at + skew : at;
  if (shifted > now + MAX_AHEAD)
    throw new AppError({
      kind: 'unprocessable',
      code: 'HISTORY_TIME_INVALID',
      message: 'The report is from the future.',
      details: { errors: [{ path: '/at', message: 'lies more than 5 minutes ahead' }] },
    });
  return Math.max(1, Math.min(shifted, now));
}
