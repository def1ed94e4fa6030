import { upsert, type Sql } from '@storey/sql';
import { type Transaction } from 'kysely';
import { type HistoryDb } from '../tables.js';
import { removeOld, usersOf } from './purge-records.js';
import { lastEdge, retentionEdges } from './retention-edges.js';
import { walk, type Page, type Purging } from './walk.js';

/**
 * Removes deletions at or before the retention of their user from one of the tables `history_tombstone_N`. What they
 * held off stays off, however late it comes and however long the user lets his history be kept from then on: one clear
 * of everything up to the retention's edge takes their place, in the same transaction. @returns rows removed.
 */
export function purgeTombstones(purging: Purging, n: number): Promise<number> {
  // Of tombstones and records alike, only user and time are looked at.
  const table = `history_tombstone_${n}` as string as `history_record_${number}`;
  return walk(
    purging,
    (after, limit) => usersOf(purging.sql, table, after, limit),
    (tx, users) => replaced(tx, users, purging, (user, edge) => removeOld(tx, table, user, edge)),
  );
}

/**
 * The same for clears of one business. A clear of everything is what is left of all this, one row a user; it goes when
 * nothing that old could be accepted of anybody. @returns clears of one business that were removed.
 */
export async function purgeClears(purging: Purging): Promise<number> {
  const { sql, clock } = purging;
  const last = BigInt(lastEdge(clock.now()));
  return walk(
    purging,
    (after, limit) => clearedUsers(sql, after, limit),
    async (tx, users) => {
      const counts = await replaced(tx, users, purging, (user, edge) => removeClears(tx, user, edge));
      const ancient = tx.deleteFrom('history_clear').where('user_id', 'in', users).where('at', '<=', last);
      await ancient.execute();
      return counts;
    },
  );
}

/** Puts a clear of everything in the place of what `remove` takes out. */
async function replaced(
  tx: Transaction<HistoryDb>,
  users: readonly bigint[],
  { clock }: Purging,
  remove: (user: bigint, edge: bigint) => Promise<number>,
): Promise<ReadonlyMap<bigint, number>> {
  const counts = new Map<bigint, number>();
  for (const [user, edge] of await retentionEdges(tx, users, clock.now())) {
    const count = await remove(user, edge);
    counts.set(user, count);
    const clear = { user_id: user, business: '', at: edge };
    const options = { key: ['user_id', 'business'], set: ['at'], ifNewer: 'at' } as const;
    if (count > 0) await upsert(tx, 'history_clear', clear, options);
  }
  return counts;
}

async function removeClears(tx: Transaction<HistoryDb>, user: bigint, edge: bigint): Promise<number> {
  const ofBusiness = tx.deleteFrom('history_clear').where('user_id', '=', user).where('business', '!=', '');
  const { numDeletedRows } = await ofBusiness.where('at', '<=', edge).executeTakeFirstOrThrow();
  return Number(numDeletedRows);
}

async function clearedUsers({ read }: Sql<HistoryDb>, after: bigint, limit: number): Promise<Page> {
  const rows = await read
    .selectFrom('history_clear')
    .select('user_id')
    .where('user_id', '>', after)
    .groupBy('user_id')
    .orderBy('user_id')
    .limit(limit)
    .execute();
  return { users: rows.map(({ user_id }) => user_id), more: rows.length === limit };
}
