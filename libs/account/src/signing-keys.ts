import { type Insertable, type Selectable, type Transaction, type Updateable } from 'kysely';
import { forUpdate, insertIgnore, type Sql } from '@storey/sql';
import { type AccountDb, type SigningKeyTable } from './account-db.js';

export type SigningKeyRow = Readonly<Selectable<SigningKeyTable>>;
type Tx = Transaction<AccountDb>;

/** The table `signing_key`: a handful of rows. */
export class SigningKeys {
  constructor(private readonly sql: Sql<AccountDb>) {}

  all(): Promise<readonly SigningKeyRow[]> {
    return this.sql.read.selectFrom('signing_key').selectAll().orderBy('created_at').execute();
  }

  /**
   * All keys, locked until the transaction ends. Read again once the locks are held: a scan that has waited for another
   * instance's locks passes over rows which that one has added before its place.
   */
  async lockAll(tx: Tx): Promise<readonly SigningKeyRow[]> {
    await forUpdate(tx.selectFrom('signing_key').select('kid')).execute();
    return forUpdate(tx.selectFrom('signing_key').selectAll().orderBy('created_at')).execute();
  }

  async insert(tx: Tx, row: Insertable<SigningKeyTable>): Promise<void> {
    await insertIgnore(tx, 'signing_key', row, ['kid']);
  }

  async update(tx: Tx, kid: string, change: Updateable<SigningKeyTable>): Promise<void> {
    await tx.updateTable('signing_key').set(change).where('kid', '=', kid).execute();
  }

  async remove(tx: Tx, kids: readonly string[]): Promise<void> {
    if (kids.length > 0) await tx.deleteFrom('signing_key').where('kid', 'in', kids).execute();
  }
}
