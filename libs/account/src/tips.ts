import { type Insertable, type Selectable, type Transaction, type Updateable } from 'kysely';
import { forUpdate, type Sql } from '@storey/sql';
import { type AccountDb, type TipState, type TipTable } from './account-db.js';

export type TipRow = Readonly<Selectable<TipTable>>;
type Tx = Transaction<AccountDb>;

/** What stands for a key that the giver did not say, or gave away again. */
export const ownKey = (id: bigint): string => `#${id}`;

/** Rows removed by one statement. */
const CUT = 500;

/** The table `tip`. */
export class Tips {
  constructor(private readonly sql: Sql<AccountDb>) {}

  byId(id: bigint): Promise<TipRow | undefined> {
    return this.sql.read.selectFrom('tip').selectAll().where('id', '=', id).executeTakeFirst();
  }

  /** What is not at its end at `now`, the longest due first. */
  due(now: bigint, limit: number): Promise<readonly TipRow[]> {
    const due = this.sql.read.selectFrom('tip').selectAll().where('due_at', '<=', now);
    return due.orderBy('due_at').limit(limit).execute();
  }

  lock(tx: Tx, id: bigint): Promise<TipRow | undefined> {
    return forUpdate(tx.selectFrom('tip').selectAll().where('id', '=', id)).executeTakeFirst();
  }

  lockByKey(tx: Tx, fromUser: bigint, key: string): Promise<TipRow | undefined> {
    const ofUser = tx.selectFrom('tip').selectAll().where('from_user', '=', fromUser);
    return forUpdate(ofUser.where('request_key', '=', key)).executeTakeFirst();
  }

  /** @throws what `isUniqueViolation` knows when the giver has just made one under the same key. */
  async insert(tx: Tx, row: Insertable<TipTable>): Promise<void> {
    await tx.insertInto('tip').values(row).execute();
  }

  /** Changes a tip that is still in the state in which it was read. @returns whether it was. */
  async update(tx: Tx, { id, state }: IdAndState, change: Updateable<TipTable>): Promise<boolean> {
    const update = tx.updateTable('tip').set(change).where('id', '=', id).where('state', '=', state);
    return (await update.executeTakeFirstOrThrow()).numUpdatedRows > 0n;
  }

  /**
   * Removes some that have ended and were given before `before`, epoch ms. Ids rise with time, so those with the lowest are
   * looked at. @returns whether there may be more.
   */
  async cut(before: bigint): Promise<boolean> {
    const columns = ['id', 'created_at', 'due_at'] as const;
    const first = await this.sql.read.selectFrom('tip').select(columns).orderBy('id').limit(CUT).execute();
    const old = first.filter(({ created_at, due_at }) => created_at < before && due_at === null);
    if (old.length === 0) return false;
    const ids = old.map(({ id }) => id);
    await this.sql.transaction((tx) => tx.deleteFrom('tip').where('id', 'in', ids).execute());
    return first.length === CUT;
  }
}

interface IdAndState {
  readonly id: bigint;
  readonly state: TipState;
}
