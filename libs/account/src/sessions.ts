import { type Insertable, type Selectable, type Transaction, type Updateable } from 'kysely';
import { forUpdate, type Sql } from '@storey/sql';
import { type AccountDb, type SessionTable } from './account-db.js';
import { type Revoked } from './revocations.js';

export type SessionRow = Readonly<Selectable<SessionTable>>;
type Tx = Transaction<AccountDb>;

/** Rows removed by one statement. */
const CUT = 500;

/** The table `session`. */
export class Sessions {
  constructor(private readonly sql: Sql<AccountDb>) {}

  async insert(tx: Tx, row: Insertable<SessionTable>): Promise<void> {
    await tx.insertInto('session').values(row).execute();
  }

  lock(tx: Tx, id: bigint): Promise<SessionRow | undefined> {
    return forUpdate(tx.selectFrom('session').selectAll().where('id', '=', id)).executeTakeFirst();
  }

  async update(tx: Tx, id: bigint, change: Updateable<SessionTable>): Promise<void> {
    await tx.updateTable('session').set(change).where('id', '=', id).execute();
  }

  /** Revokes every session of the user that is not, but one. */
  async revokeOthers(tx: Tx, userId: bigint, keep: bigint, at: bigint): Promise<void> {
    const others = tx.updateTable('session').set({ revoked_at: at }).where('user_id', '=', userId);
    await others.where('id', '!=', keep).where('revoked_at', 'is', null).execute();
  }

  /** Sessions revoked since `sinceMs`, of one user or of all, a page in order of (time, id). */
  async revokedSince(
    sinceMs: bigint,
    after: Revoked | undefined,
    limit: number,
    userId?: bigint,
  ): Promise<readonly Revoked[]> {
    const all = this.sql.read
      .selectFrom('session')
      .select(['id', 'revoked_at as at'])
      .where('revoked_at', '>=', after?.at ?? sinceMs)
      .orderBy('revoked_at')
      .orderBy('id')
      .limit(limit);
    const page = userId === undefined ? all : all.where('user_id', '=', userId);
    const behind = after
      ? page.where(({ or, eb }) => or([eb('revoked_at', '>', after.at), eb('id', '>', after.id)]))
      : page;
    return (await behind.execute()).flatMap(({ id, at }) => (at === null ? [] : [{ id, at }]));
  }

  /** Removes some sessions that were over before `beforeMs`. @returns whether there may be more. */
  async cut(beforeMs: bigint): Promise<boolean> {
    const over = this.sql.read.selectFrom('session').select('id').where('expires_at', '<', beforeMs);
    const ids = (await over.limit(CUT).execute()).map(({ id }) => id);
    if (ids.length === 0) return false;
    await this.sql.transaction((tx) => tx.deleteFrom('session').where('id', 'in', ids).execute());
    return ids.length === CUT;
  }
}
