import { type Transaction } from 'kysely';
import { forUpdate, insertIgnore } from '@storey/sql';
import { type Fence } from './fence.js';
import { type ScheduleTables } from './tables.js';

type Tx = Transaction<ScheduleTables>;

export interface Acquiring {
  readonly name: string;
  readonly owner: string;
  /** Wall clock, epoch ms. */
  readonly now: number;
  readonly lifeMs: number;
}

/** @returns nothing when another holds it. */
export async function takeLock(tx: Tx, { name, owner, now, lifeMs }: Acquiring): Promise<Fence | undefined> {
  const row = await forUpdate(
    tx.selectFrom('named_lock').selectAll().where('name', '=', name),
  ).executeTakeFirst();
  const fence = (row?.fence ?? 0n) + 1n;
  const taken = { name, owner, fence, lease_until: now + lifeMs };
  if (!row) {
    const inserted = await insertIgnore(tx, 'named_lock', taken, ['name']);
    return inserted === 1 ? { name, owner, fence } : undefined;
  }
  if (!isFree(row, now, lifeMs)) return undefined;
  await tx.updateTable('named_lock').set(taken).where('name', '=', name).execute();
  return { name, owner, fence };
}

/** @returns whether it was still held. */
export async function renewLock(tx: Tx, { name, owner, fence }: Fence, until: number): Promise<boolean> {
  const held = tx.updateTable('named_lock').set({ lease_until: until }).where('name', '=', name);
  const { numUpdatedRows } = await held
    .where('owner', '=', owner)
    .where('fence', '=', fence)
    .executeTakeFirstOrThrow();
  return numUpdatedRows === 1n;
}

/** Others need not wait for its life to end. Changes nothing when it is not held any more. */
export async function freeLock(tx: Tx, { name, owner, fence }: Fence): Promise<void> {
  await tx
    .updateTable('named_lock')
    .set({ owner: '', lease_until: 0 })
    .where('name', '=', name)
    .where('owner', '=', owner)
    .where('fence', '=', fence)
    .execute();
}

/** Over, or longer than any life can be: then the clock was set back since. */
export function isFree(
  { owner, lease_until }: { readonly owner: string; readonly lease_until: bigint },
  now: number,
  lifeMs: number,
): boolean {
  return owner === '' || lease_until <= now || lease_until > now + 2 * lifeMs;
}
