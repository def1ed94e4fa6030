import { type Clock, type FaultPoint } from '@storey/context';
import { type Transaction } from 'kysely';
import { type Sql } from '@storey/sql';
import { type ScheduleTables } from '../tables.js';
import { refuseTimer, type TimerRow } from './timer-rows.js';
import { type Timer } from './timer.js';

export const TIMEOUT_MS = 5000;

/** What became of a timer: `lost` was handled and is another's by now, `deferred` waits for what is away. */
export type TimerOutcome = 'done' | 'lost' | 'deferred' | 'failed' | 'parked';

/** What those who take timers stand on. */
export interface TakingPort {
  readonly sql: Sql<ScheduleTables>;
  readonly clock: Clock;
  readonly faultPoint: FaultPoint;
  readonly kind: string;
  readonly owner: string;
  readonly closing: AbortSignal;
  readonly onEnded: (timer: Timer, outcome: TimerOutcome, error?: unknown) => void;
}

export interface Taken {
  readonly count: number;
  /** Whether more may be due. */
  readonly more: boolean;
}

/** Makes timers go off that are due, as many as fit one batch. */
export interface Taker {
  take(): Promise<Taken>;
}

export const timerOf = ({ id, kind, due_at, payload }: TimerRow): Timer => ({
  id,
  kind,
  at: Number(due_at),
  payload,
});

export async function refuse(
  { sql, clock, onEnded }: TakingPort,
  row: TimerRow,
  cause: unknown,
): Promise<void> {
  const refused = (tx: Transaction<ScheduleTables>): Promise<boolean> =>
    refuseTimer(tx, row, cause, clock.now());
  const parked = await sql.transaction(refused, { timeoutMs: TIMEOUT_MS });
  onEnded(timerOf(row), parked ? 'parked' : 'failed', cause);
}
