import { type Clock } from '@storey/context';
import { type Sql } from '@storey/sql';
import { type Transaction } from 'kysely';
import { type HistoryDb } from '../tables.js';

/** Users of one look and of one transaction. */
const USERS = 20;
/** Rows of one user that one transaction removes at most. */
export const MAX_ROWS_OF_USER = 100;
const TIMEOUT_MS = 5000;

export interface Purging {
  readonly sql: Sql<HistoryDb>;
  readonly clock: Clock;
  /** Ends it between two transactions. */
  readonly signal: AbortSignal;
}

export interface Page {
  /** Ascending, each once. */
  readonly users: readonly bigint[];
  /** Whether there may be more behind them. */
  readonly more: boolean;
}

/**
 * Walks over users in small transactions, and rests after each that removed something for as long as it took.
 * @param users the next ones behind `after`. @param purge how many rows it removed, by user; one with
 * `MAX_ROWS_OF_USER` comes again. @returns rows removed.
 */
export async function walk(
  { sql, clock, signal }: Purging,
  users: (after: bigint, limit: number) => Promise<Page>,
  purge: (tx: Transaction<HistoryDb>, users: readonly bigint[]) => Promise<ReadonlyMap<bigint, number>>,
): Promise<number> {
  let removed = 0;
  for (let page: Page = { users: [-1n], more: true }; page.more;) {
    page = await users(page.users.at(-1) ?? -1n, USERS);
    for (let left = page.users; left.length > 0;) {
      signal.throwIfAborted();
      const began = clock.monotonic();
      const counts = await sql.transaction((tx) => purge(tx, left), { timeoutMs: TIMEOUT_MS });
      left = left.filter((user) => (counts.get(user) ?? 0) >= MAX_ROWS_OF_USER);
      const count = [...counts.values()].reduce((sum, rows) => sum + rows, 0);
      removed += count;
      const took = clock.monotonic() - began;
      if (count > 0 && took > 0) await clock.sleep(took, signal);
    }
  }
  return removed;
}
