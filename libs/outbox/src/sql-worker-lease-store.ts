import { type WorkerLease, type WorkerLeaseStore } from '@storey/ids';
import { insertIgnore, type Sql } from '@storey/sql';
import { ownSql, type OutboxTables } from './tables.js';

const TIMEOUT_MS = 5000;

/** The worker numbers of a domain's ids, in the table `worker_lease` of its database. */
export class SqlWorkerLeaseStore implements WorkerLeaseStore {
  readonly #sql: Sql<OutboxTables>;

  private constructor(sql: Sql<OutboxTables>) {
    this.#sql = sql;
  }

  static over<DB extends OutboxTables>(sql: Sql<DB>): SqlWorkerLeaseStore {
    return new SqlWorkerLeaseStore(ownSql(sql));
  }

  async read(): Promise<readonly WorkerLease[]> {
    const rows = await this.#sql.read.selectFrom('worker_lease').selectAll().execute();
    return rows.map(({ worker, owner, epoch, lease_until, marks }) => ({
      worker,
      owner,
      epoch,
      leaseUntil: Number(lease_until),
      marks: marks.split(',').map(Number),
    }));
  }

  write({ worker, owner, epoch, leaseUntil, marks }: WorkerLease): Promise<boolean> {
    const row = { worker, owner: owner.slice(0, 64), epoch, lease_until: leaseUntil, marks: marks.join(',') };
    return this.#sql.transaction(
      async (tx) => {
        if (epoch === 1) return (await insertIgnore(tx, 'worker_lease', row, ['worker'])) === 1;
        const update = tx.updateTable('worker_lease').set(row).where('worker', '=', worker);
        const { numUpdatedRows } = await update.where('epoch', '=', epoch - 1).executeTakeFirstOrThrow();
        return numUpdatedRows === 1n;
      },
      { timeoutMs: TIMEOUT_MS },
    );
  }
}
