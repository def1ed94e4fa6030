import { Deadline } from '@storey/context';
import { isAppError } from '@storey/errors';
import { TIMEOUT_MS, refuse, timerOf, type Taken, type Taker, type TakingPort } from './taking.js';
import { claimTimers, deferTimer, dueTimers, finishTimer, type TimerRow } from './timer-rows.js';
import { type Timer } from './timer.js';

const MAX_BATCH = 20;
const HANDLE_MS = 10_000;
/** Far longer than a batch takes: who comes back after that has been stopped. */
const CLAIM_MS = 30_000;
/** Until what is away is tried again. */
const AWAY_MS = 10_000;

export type Handle = (timer: Timer, signal: AbortSignal) => Promise<unknown>;

/** Claims a batch, handles it side by side, and removes what is still its own. */
export class Handling implements Taker {
  readonly #handle: Handle;
  readonly #port: TakingPort;

  constructor(handle: Handle, port: TakingPort) {
    this.#handle = handle;
    this.#port = port;
  }

  async take(): Promise<Taken> {
    const rows = await this.#claim();
    if (rows.length > 0) this.#port.faultPoint('timers.claimed');
    const ended = await Promise.allSettled(rows.map((row) => this.#one(row)));
    const failed = ended.find((one) => one.status === 'rejected');
    if (failed) throw failed.reason;
    return { count: rows.length, more: rows.length === MAX_BATCH };
  }

  #claim(): Promise<TimerRow[]> {
    const { sql, clock, kind, owner } = this.#port;
    return sql.transaction(
      async (tx) => {
        const now = clock.now();
        const rows = await dueTimers(tx, kind, now, MAX_BATCH);
        return claimTimers(tx, rows, owner, now + CLAIM_MS);
      },
      { timeoutMs: TIMEOUT_MS },
    );
  }

  /** @throws when its end could not be noted: then it is handled again when the claim is over. */
  async #one(row: TimerRow): Promise<void> {
    const { sql, clock, closing, faultPoint, onEnded } = this.#port;
    try {
      const bound = Deadline.in(HANDLE_MS, clock);
      await bound.run(async (signal) => this.#handle(timerOf(row), signal), closing);
    } catch (error) {
      return this.#failed(row, error);
    }
    faultPoint('timers.applied');
    const mine = await sql.transaction((tx) => finishTimer(tx, row), { timeoutMs: TIMEOUT_MS });
    onEnded(timerOf(row), mine ? 'done' : 'lost');
  }

  async #failed(row: TimerRow, error: unknown): Promise<void> {
    const { sql, clock, closing, onEnded } = this.#port;
    const away = isAppError(error) && error.kind === 'unavailable';
    if (!closing.aborted && !away) return refuse(this.#port, row, error);
    const until = clock.now() + (closing.aborted ? 0 : AWAY_MS);
    await sql.transaction((tx) => deferTimer(tx, row, until), { timeoutMs: TIMEOUT_MS });
    onEnded(timerOf(row), 'deferred', error);
  }
}
