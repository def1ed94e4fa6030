import { type Transaction } from 'kysely';
import { forUpdate } from '@storey/sql';
import { DEFAULT_SETTINGS, MAX_RETENTION_DAYS, retentionEdge } from '../settings.js';
import { type HistoryDb } from '../tables.js';

const DAY_MS = 86_400_000;
/** How late what was accepted may still be on its way: longer than the log keeps it. */
const UNDER_WAY_DAYS = 30;

/** Epoch ms: nothing at or before it is accepted of anybody, whatever he sets, nor on its way. */
export const lastEdge = (now: number): number => now - (MAX_RETENTION_DAYS + UNDER_WAY_DAYS) * DAY_MS;

/** By user: epoch ms at or before which nothing of his is kept. Settings stay as they are until `tx` ends. */
export async function retentionEdges(
  tx: Transaction<HistoryDb>,
  users: readonly bigint[],
  now: number,
): Promise<ReadonlyMap<bigint, bigint>> {
  const settings = tx.selectFrom('history_setting').select(['user_id', 'retention_days']);
  const rows = await forUpdate(settings.where('user_id', 'in', users).orderBy('user_id')).execute();
  const days = new Map(rows.map((row) => [row.user_id, row.retention_days]));
  const edgeOf = (user: bigint): bigint => {
    const retentionDays = days.get(user) ?? DEFAULT_SETTINGS.retentionDays;
    return BigInt(retentionEdge({ ...DEFAULT_SETTINGS, retentionDays }, now));
  };
  return new Map(users.map((user) => [user, edgeOf(user)]));
}
