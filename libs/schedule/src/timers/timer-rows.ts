import { type Selectable, type Transaction } from 'kysely';
import { forUpdateSkipLocked, type Sql } from '@storey/sql';
import { type ScheduleTables, type TimerTable } from '../tables.js';

export type TimerRow = Selectable<TimerTable>;
type Tx = Transaction<ScheduleTables>;

/** Waits after the first failure, the second, …; after the sixth a timer is given up. */
const LADDER_MS: readonly number[] = [2000, 4000, 10_000, 60_000, 180_000];
/** The time of a timer that was given up: never, until somebody sets it free. */
export const NEVER = 9_000_000_000_000_000;
const MAX_ERROR = 500;

/** When the next one of a kind goes off; by the index, which is the heap that a process would keep otherwise. */
export async function nextTimer(sql: Sql<ScheduleTables>, kind: string): Promise<number> {
  const first = sql.read.selectFrom('timer').select('next_at').where('kind', '=', kind);
  const row = await first.orderBy('next_at').limit(1).executeTakeFirst();
  return Number(row?.next_at ?? NEVER);
}

/** The first that are due, locked, in the order of their time; not those that another transaction has. */
export function dueTimers(tx: Tx, kind: string, now: number, limit: number): Promise<TimerRow[]> {
  const due = tx.selectFrom('timer').selectAll().where('kind', '=', kind).where('next_at', '<=', BigInt(now));
  return forUpdateSkipLocked(due.orderBy('next_at').orderBy('id').limit(limit)).execute();
}

/**
 * It has gone off. One at a time, as MySQL may read the whole of a small table for a list of ids, and would wait for rows
 * that others hold.
 */
export async function removeTimer(tx: Tx, { id }: TimerRow): Promise<void> {
  await tx.deleteFrom('timer').where('id', '=', id).execute();
}

/** Nobody else takes them before `until`. @returns them as they are then. */
export async function claimTimers(
  tx: Tx,
  rows: readonly TimerRow[],
  owner: string,
  until: number,
): Promise<TimerRow[]> {
  const claimed = rows.map((row) => ({ ...row, owner, epoch: row.epoch + 1n }));
  const ids = rows.map(({ id }) => id);
  if (ids.length > 0) {
    const update = tx
      .updateTable('timer')
      .set(({ eb }) => ({ owner, next_at: until, epoch: eb('epoch', '+', 1n) }));
    await update.where('id', 'in', ids).execute();
  }
  return claimed;
}

/** Removes one that was claimed, unless it was claimed again, set anew or cancelled since. @returns whether it did. */
export async function finishTimer(tx: Tx, { id, epoch }: TimerRow): Promise<boolean> {
  const row = tx.deleteFrom('timer').where('id', '=', id).where('epoch', '=', epoch);
  const { numDeletedRows } = await row.executeTakeFirstOrThrow();
  return numDeletedRows === 1n;
}

/** A failure: one step up the ladder, unless somebody else has it by now. @returns whether it was given up. */
export async function refuseTimer(tx: Tx, row: TimerRow, cause: unknown, now: number): Promise<boolean> {
  const wait = LADDER_MS[row.attempts];
  const next_at = wait === undefined ? NEVER : now + wait;
  await put(tx, row, { next_at, attempts: row.attempts + 1, last_error: String(cause).slice(0, MAX_ERROR) });
  return wait === undefined;
}

/** What it needs is away, which is not its fault. */
export const deferTimer = (tx: Tx, row: TimerRow, until: number): Promise<void> =>
  put(tx, row, { next_at: until });

interface Put {
  readonly next_at: number;
  readonly attempts?: number;
  readonly last_error?: string;
}

async function put(tx: Tx, { id, epoch }: TimerRow, set: Put): Promise<void> {
  await tx.updateTable('timer').set(set).where('id', '=', id).where('epoch', '=', epoch).execute();
}
