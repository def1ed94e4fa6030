import { type Insertable, type Selectable, type Transaction, type Updateable } from 'kysely';
import { type Sql } from '@storey/sql';
import { type AccountDb, type SagaTable } from './account-db.js';

export type SagaRow = Readonly<Selectable<SagaTable>>;
type Tx = Transaction<AccountDb>;

/** The table `saga`. */
export class Sagas {
  constructor(private readonly sql: Sql<AccountDb>) {}

  byId(id: bigint): Promise<SagaRow | undefined> {
    return this.sql.read.selectFrom('saga').selectAll().where('id', '=', id).executeTakeFirst();
  }

  /** What is not at its end at `now`, the longest due first. */
  due(now: bigint, limit: number): Promise<readonly SagaRow[]> {
    const due = this.sql.read.selectFrom('saga').selectAll().where('due_at', '<=', now);
    return due.orderBy('due_at').limit(limit).execute();
  }

  within(tx: Tx, id: bigint): Promise<SagaRow | undefined> {
    return tx.selectFrom('saga').selectAll().where('id', '=', id).executeTakeFirst();
  }

  async insert(tx: Tx, row: Insertable<SagaTable>): Promise<void> {
    await tx.insertInto('saga').values(row).execute();
  }

  /** Changes a saga that still stands where it was read. @returns whether it did. */
  async update(tx: Tx, { id, state, step }: SagaRow, change: Updateable<SagaTable>): Promise<boolean> {
    const there = tx.updateTable('saga').set(change).where('id', '=', id).where('state', '=', state);
    return (await there.where('step', '=', step).executeTakeFirstOrThrow()).numUpdatedRows > 0n;
  }
}
