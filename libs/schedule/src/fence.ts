import { type Transaction } from 'kysely';
import { AppError } from '@storey/errors';
import { forUpdate } from '@storey/sql';
import { ownTables, type ScheduleTables } from './tables.js';

/** One acquisition of a lock. */
export interface Fence {
  readonly name: string;
  readonly owner: string;
  /** Rises by one with every acquisition of the name, whoever made it. */
  readonly fence: bigint;
}

/**
 * Runs `work` in `tx` if the lock was neither acquired again nor given back since. Until `tx` ends nobody can acquire
 * it, so what `work` writes is written by the holder, however late and whatever the clocks say.
 * @throws AppError `conflict`, code `LOCK_LOST`.
 */
export async function fenced<DB extends ScheduleTables, T>(
  tx: Transaction<DB>,
  { name, owner, fence }: Fence,
  work: () => Promise<T>,
): Promise<T> {
  const query = ownTables(tx).selectFrom('named_lock').select(['owner', 'fence']).where('name', '=', name);
  const row = await forUpdate(query).executeTakeFirst();
  if (row?.fence !== fence || row.owner !== owner) throw lockLost(name);
  return work();
}

export const lockLost = (name: string): AppError =>
  new AppError({ kind: 'conflict', code: 'LOCK_LOST', message: `The lock "${name}" is not held any more.` });
