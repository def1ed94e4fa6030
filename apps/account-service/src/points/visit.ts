import { Injectable } from '@nestjs/common';
import { firstVisit } from '@storey/account';
import { OUTBOX_TAG, enqueue } from '@storey/outbox';
import { caller } from '../caller.js';
import { Sources } from '../sources.js';
import { Store } from '../store.js';

/** For the first visit of a day. */
const POINTS = 10;

const HOUR_MS = 3_600_000;
/** How far local clocks are behind and ahead of UTC. */
const BEHIND_MS = 12 * HOUR_MS;
const AHEAD_MS = 14 * HOUR_MS;

/** Points for a day on which the caller came. */
@Injectable()
export class Visit {
  constructor(
    private readonly store: Store,
    private readonly sources: Sources,
  ) {}

  /**
   * @param date `YYYY-MM-DD` where the caller is.
   * @returns what it was worth: 0 for a day that was counted before, or is today nowhere on earth.
   */
  async execute(date: string): Promise<number> {
    const userId = BigInt(caller().userId);
    const at = this.sources.now();
    if (!isToday(date, Number(at))) return 0;
    const entry = { user_id: userId, kind: 'visit', ref: date, amount: BigInt(POINTS), at } as const;
    const isFirst = await this.store.sql.transaction(
      async (tx) => {
        if (!(await this.store.points.post(tx, entry))) return false;
        await enqueue(tx, [firstVisit(userId, date, at)], this.sources.clock);
        return true;
      },
      { notify: OUTBOX_TAG },
    );
    return isFirst ? POINTS : 0;
  }
}

function isToday(date: string, now: number): boolean {
  return [now - BEHIND_MS, now, now + AHEAD_MS].some(
    (time) => new Date(time).toISOString().slice(0, 10) === date,
  );
}
