import { type Transaction } from 'kysely';
import { AppError } from '@storey/errors';
import { insertIgnore } from '@storey/sql';
import { type AccountDb, type PointsEntryTable } from './account-db.js';

export type PointsEntry = Readonly<PointsEntryTable>;
type Tx = Transaction<AccountDb>;

/** The ledger `points_entry`, and the balance that stands on the user's row: they change together. */
export class Points {
  /**
   * Twice the same (user, kind, reference) is once.
   * @returns false when it was posted before.
   * @throws AppError 409 ACCOUNT_POINTS_INSUFFICIENT when less than nothing would be left, or there is no such user;
   * the transaction must be given up then.
   */
  async post(tx: Tx, entry: PointsEntry): Promise<boolean> {
    if ((await insertIgnore(tx, 'points_entry', entry, ['user_id', 'kind', 'ref'])) === 0) return false;
    const { numUpdatedRows } = await tx
      .updateTable('user')
      .set(({ eb }) => ({ points: eb('points', '+', entry.amount) }))
      .where('id', '=', entry.user_id)
      .where(({ eb }) => eb(eb('points', '+', entry.amount), '>=', 0n))
      .executeTakeFirstOrThrow();
    if (numUpdatedRows === 0n) throw pointsInsufficient();
    return true;
  }
}

const pointsInsufficient = (): AppError =>
  new AppError({
    kind: 'conflict',
    code: 'ACCOUNT_POINTS_INSUFFICIENT',
    message: 'You do not have so many points.',
  });
