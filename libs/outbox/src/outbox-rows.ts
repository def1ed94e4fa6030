import { type Transaction } from 'kysely';
import { type Sql } from '@storey/sql';
import { type OutboxRow, type Refusal } from './dispatch.js';
import { type OutboxTables } from './tables.js';

/** A round's rows: with values of up to 1 MiB each they must fit in memory. */
export const ROUND = 100;

/** Waits after the first refusal, the second, …; after the sixth refusal a row is parked. */
export const LADDER_MS: readonly number[] = [2000, 4000, 10_000, 60_000, 180_000];
const LONGEST_WAIT_MS = 180_000;

export interface Backlog {
  readonly ready: number;
  /** Age of the oldest ready row, ms; 0 when there is none. */
  readonly oldestMs: number;
  readonly parked: number;
}

/**
 * The next rows to send, in order of id. They are claimed by their state, never by a watermark: ids are handed out
 * before commit, so a lower one may appear after a higher. Rows of a key that has a row on the ladder wait.
 */
export function dueRows(
  sql: Sql<OutboxTables>,
  buckets: readonly number[],
  now: number,
): Promise<OutboxRow[]> {
  const waiting = sql.read
    .selectFrom('outbox')
    .select('key')
    .where('state', '=', 'ready')
    .where('next_at', '>', BigInt(now))
    .where('next_at', '<=', BigInt(now + LONGEST_WAIT_MS)); // further off: the clock was set back
  return sql.read
    .selectFrom('outbox')
    .selectAll()
    .where('state', '=', 'ready')
    .where('bucket', 'in', buckets)
    .where('key', 'not in', waiting)
    .orderBy('id')
    .limit(ROUND)
    .execute();
}

export async function markSent(
  tx: Transaction<OutboxTables>,
  rows: readonly OutboxRow[],
  now: number,
): Promise<void> {
  if (rows.length === 0) return;
  const ids = rows.map((row) => row.id);
  await tx.updateTable('outbox').set({ state: 'sent', sent_at: now }).where('id', 'in', ids).execute();
}

/** One step up the ladder. @returns whether the row was parked, which happens behind its last step. */
export async function markRefused(
  tx: Transaction<OutboxTables>,
  { row }: Refusal,
  now: number,
): Promise<boolean> {
  const wait = LADDER_MS[row.attempts];
  const set = wait === undefined ? { state: 'parked' as const } : { next_at: now + wait };
  await tx
    .updateTable('outbox')
    .set({ ...set, attempts: row.attempts + 1 })
    .where('id', '=', row.id)
    .execute();
  return wait === undefined;
}

export async function backlog({ read }: Sql<OutboxTables>, now: number): Promise<Backlog> {
  const rows = await read
    .selectFrom('outbox')
    .select(({ fn }) => ['state', fn.countAll<bigint>().as('rows'), fn.min('created_at').as('oldest')])
    .where('state', 'in', ['ready', 'parked'])
    .groupBy('state')
    .execute();
  const ready = rows.find(({ state }) => state === 'ready');
  const parked = rows.find(({ state }) => state === 'parked');
  return {
    ready: Number(ready?.rows ?? 0n),
    oldestMs: ready ? Math.max(0, now - Number(ready.oldest)) : 0,
    parked: Number(parked?.rows ?? 0n),
  };
}
