import { type Insertable, type Selectable, type Transaction, type Updateable } from 'kysely';
import { forUpdate, type Sql } from '@storey/sql';
import { type AccountDb, type UserTable } from './account-db.js';
import { ADMIN_BITS } from './roles.js';
import { type Revoked } from './revocations.js';

export type UserRow = Readonly<Selectable<UserTable>>;
type Tx = Transaction<AccountDb>;

/** The table `user`. Reads stand alone; whatever takes a `tx` belongs to the caller's transaction. */
export class Users {
  constructor(private readonly sql: Sql<AccountDb>) {}

  byId(id: bigint): Promise<UserRow | undefined> {
    return this.sql.read.selectFrom('user').selectAll().where('id', '=', id).executeTakeFirst();
  }

  /** In no order; unknown ids are left out. */
  async byIds(ids: readonly bigint[]): Promise<readonly UserRow[]> {
    if (ids.length === 0) return [];
    return this.sql.read.selectFrom('user').selectAll().where('id', 'in', ids).execute();
  }

  /** @param name folded */
  byUsername(name: string): Promise<UserRow | undefined> {
    return this.sql.read.selectFrom('user').selectAll().where('username', '=', name).executeTakeFirst();
  }

  async byUsernames(names: readonly string[]): Promise<readonly UserRow[]> {
    if (names.length === 0) return [];
    return this.sql.read.selectFrom('user').selectAll().where('username', 'in', names).execute();
  }

  async anyAdministrator(): Promise<boolean> {
    const query = this.sql.read.selectFrom('user').select('id').where('role_bits', 'in', ADMIN_BITS).limit(1);
    return (await query.executeTakeFirst()) !== undefined;
  }

  /** Users whose older tokens are refused since `sinceMs`, a page in order of (time, id). */
  async revokedSince(
    sinceMs: bigint,
    after: Revoked | undefined,
    limit: number,
  ): Promise<readonly Revoked[]> {
    const page = this.sql.read
      .selectFrom('user')
      .select(['id', 'tokens_not_before as at'])
      .where('tokens_not_before', '>=', after?.at ?? sinceMs)
      .orderBy('tokens_not_before')
      .orderBy('id')
      .limit(limit);
    if (!after) return page.execute();
    const behind = page.where(({ or, eb }) =>
      or([eb('tokens_not_before', '>', after.at), eb('id', '>', after.id)]),
    );
    return behind.execute();
  }

  /** Whether there is an administrator besides this user. */
  async anyOtherAdministrator(tx: Tx, id: bigint): Promise<boolean> {
    const others = tx.selectFrom('user').select('id').where('role_bits', 'in', ADMIN_BITS);
    return (await others.where('id', '!=', id).limit(1).executeTakeFirst()) !== undefined;
  }

  within(tx: Tx, id: bigint): Promise<UserRow | undefined> {
    return tx.selectFrom('user').selectAll().where('id', '=', id).executeTakeFirst();
  }

  lock(tx: Tx, id: bigint): Promise<UserRow | undefined> {
    return forUpdate(tx.selectFrom('user').selectAll().where('id', '=', id)).executeTakeFirst();
  }

  /** @throws what `isUniqueViolation` knows when a name is taken. */
  async insert(tx: Tx, rows: readonly Insertable<UserTable>[]): Promise<void> {
    if (rows.length > 0) await tx.insertInto('user').values(rows).execute();
  }

  async update(tx: Tx, id: bigint, change: Updateable<UserTable>): Promise<void> {
    await tx.updateTable('user').set(change).where('id', '=', id).execute();
  }
}
