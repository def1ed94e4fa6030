import { type Transaction } from 'kysely';
import { isAppError } from '@storey/errors';
import { type ScheduleTables } from '../tables.js';
import { TIMEOUT_MS, refuse, timerOf, type Taken, type Taker, type TakingPort } from './taking.js';
import { dueTimers, removeTimer, type TimerRow } from './timer-rows.js';
import { type Timer } from './timer.js';

const MAX_BATCH = 100;

export interface Effect {
  readonly apply: (tx: Transaction<ScheduleTables>, timer: Timer) => Promise<unknown>;
  /** Told to `onCommit` listeners, e.g. `outbox`. */
  readonly notify?: string;
}

/** The effects of a batch and its removal are one transaction; one that fails goes up the ladder alone. */
export class Applying implements Taker {
  readonly #effect: Effect;
  readonly #port: TakingPort;
  /** Halved when a batch takes too long. */
  #size = MAX_BATCH;

  constructor(effect: Effect, port: TakingPort) {
    this.#effect = effect;
    this.#port = port;
  }

  async take(): Promise<Taken> {
    const { faultPoint, onEnded } = this.#port;
    const size = this.#size;
    const last: Last = { row: undefined };
    try {
      const rows = await this.#batch(size, last);
      if (rows.length > 0) faultPoint('timers.applied');
      for (const row of rows) onEnded(timerOf(row), 'done');
      this.#size = Math.min(MAX_BATCH, size * 2);
      return { count: rows.length, more: rows.length === size };
    } catch (error) {
      const tooSlow = isAppError(error) && error.kind === 'deadline_exceeded';
      if (tooSlow) this.#size = Math.max(1, Math.floor(size / 2));
      if (!last.row || isOutage(error) || (tooSlow && size > 1)) throw error;
      await refuse(this.#port, last.row, error);
      return { count: 1, more: true };
    }
  }

  /** @param last is told whose effect is on its way: if that fails, it is the one to blame. */
  #batch(size: number, last: Last): Promise<TimerRow[]> {
    const { sql, clock, faultPoint, kind } = this.#port;
    const { apply, notify } = this.#effect;
    return sql.transaction(
      async (tx) => {
        const rows = await dueTimers(tx, kind, clock.now(), size);
        if (rows.length > 0) faultPoint('timers.claimed');
        for (const row of rows) {
          last.row = row;
          await apply(tx, timerOf(row));
          await removeTimer(tx, row);
        }
        last.row = undefined;
        return rows;
      },
      { timeoutMs: TIMEOUT_MS, ...(notify !== undefined && { notify }) },
    );
  }
}

interface Last {
  row: TimerRow | undefined;
}

const isOutage = (error: unknown): boolean =>
  isAppError(error) && (error.kind === 'unavailable' || error.kind === 'outcome_unknown');
