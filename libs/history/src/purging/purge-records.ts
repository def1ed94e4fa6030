import { type Sql } from '@storey/sql';
import { type Transaction } from 'kysely';
import { type HistoryDb } from '../tables.js';
import { retentionEdges } from './retention-edges.js';
import { MAX_ROWS_OF_USER, walk, type Page, type Purging } from './walk.js';

type Aged = `history_record_${number}`;

/**
 * Removes what is at or before the retention of its user from one of the tables `history_record_N`; readers do not see
 * it any more. @returns rows removed.
 */
export function purgeRecords(purging: Purging, n: number): Promise<number> {
  const table: Aged = `history_record_${n}`;
  return walk(
    purging,
    (after, limit) => usersOf(purging.sql, table, after, limit),
    async (tx, users) => {
      const edges = await retentionEdges(tx, users, purging.clock.now());
      const counts = new Map<bigint, number>();
      for (const [user, edge] of edges) counts.set(user, await removeOld(tx, table, user, edge));
      return counts;
    },
  );
}

/** The next users that have rows, by the index of (user, time). */
export async function usersOf(
  { read }: Sql<HistoryDb>,
  table: Aged,
  after: bigint,
  limit: number,
): Promise<Page> {
  const rows = await read
    .selectFrom(table)
    .select('user_id')
    .where('user_id', '>', after)
    .groupBy('user_id')
    .orderBy('user_id')
    .limit(limit)
    .execute();
  return { users: rows.map(({ user_id }) => user_id), more: rows.length === limit };
}

/** The oldest first, about `MAX_ROWS_OF_USER` at most. */
export async function removeOld(
  tx: Transaction<HistoryDb>,
  table: Aged,
  user: bigint,
  edge: bigint,
): Promise<number> {
  const old = tx.selectFrom(table).select('at').where('user_id', '=', user).where('at', '<=', edge);
  const oldest = await old.orderBy('at').limit(MAX_ROWS_OF_USER).execute();
  const last = oldest.at(-1);
  if (!last) return 0;
  const remove = tx.deleteFrom(table).where('user_id', '=', user).where('at', '<=', last.at);
  const { numDeletedRows } = await remove.executeTakeFirstOrThrow();
  return Number(numDeletedRows);
}
