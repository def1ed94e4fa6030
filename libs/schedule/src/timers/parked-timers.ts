import { type Transaction } from 'kysely';
import { type Sql } from '@storey/sql';
import { ownSql, ownTables, type ScheduleTables } from '../tables.js';
import { NEVER } from './timer-rows.js';

export interface ParkedTimer {
  readonly id: string;
  readonly kind: string;
  /** When it should have gone off, epoch ms. */
  readonly at: number;
  readonly lastError: string;
}

/** Timers that were given up, by kind and id. @param limit at most 1,000. */
export async function parkedTimers<DB extends ScheduleTables>(
  sql: Sql<DB>,
  kinds: readonly string[],
  limit: number,
): Promise<readonly ParkedTimer[]> {
  const rows = await ownSql(sql)
    .read.selectFrom('timer')
    .select(['id', 'kind', 'due_at', 'last_error'])
    .where('kind', 'in', kinds)
    .where('next_at', '=', BigInt(NEVER))
    .orderBy('kind')
    .orderBy('id')
    .limit(limit)
    .execute();
  return rows.map((row) => ({
    id: row.id,
    kind: row.kind,
    at: Number(row.due_at),
    lastError: row.last_error,
  }));
}

/** Tries a parked timer anew, at once. @returns whether there was one. */
export async function releaseTimer<DB extends ScheduleTables>(
  tx: Transaction<DB>,
  id: string,
  now: number,
): Promise<boolean> {
  const free = ownTables(tx).updateTable('timer').set({ next_at: now, attempts: 0 }).where('id', '=', id);
  const { numUpdatedRows } = await free.where('next_at', '=', BigInt(NEVER)).executeTakeFirstOrThrow();
  return numUpdatedRows === 1n;
}
