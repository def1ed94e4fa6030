import { unavailable } from '@storey/errors';
import { Kysely, sql, type Transaction } from 'kysely';
import { CommitListeners } from '../commit-listeners.js';
import { Sql, type CommitListener, type TransactionOptions } from '../sql.js';
import { transactionOn } from '../statement-driver.js';
import { type ConnectionPool } from './connection-pool.js';
import { MysqlDialect } from './mysql-dialect.js';
import { type Statements } from './statements.js';
import { type Transactions } from './transactions.js';

export interface MysqlParts {
  readonly tables: number;
  readonly statements: Statements;
  readonly transactions: Transactions;
  /** Closed with the database. */
  readonly pools: readonly ConnectionPool[];
}

/** `Sql` on a MySQL server: one pool for transactions, another for reads. */
export class MysqlSql<DB> extends Sql<DB> {
  readonly tables: number;
  readonly read: Kysely<DB>;
  readonly #transactions: Transactions;
  readonly #pools: readonly ConnectionPool[];
  readonly #listeners = new CommitListeners();
  #closed: Promise<void> | undefined;

  constructor({ tables, statements, transactions, pools }: MysqlParts) {
    super();
    this.tables = tables;
    this.read = new Kysely<DB>({ dialect: new MysqlDialect(statements) });
    this.#transactions = transactions;
    this.#pools = pools;
  }

  async transaction<T>(
    work: (tx: Transaction<DB>) => Promise<T>,
    options: TransactionOptions = {},
  ): Promise<T> {
    const value = await this.#transactions.run(
      (connection) => work(transactionOn<DB>(new MysqlDialect(connection), connection)),
      options,
    );
    if (options.notify !== undefined) this.#listeners.tell([options.notify]);
    return value;
  }

  onCommit(listener: CommitListener): () => void {
    return this.#listeners.add(listener);
  }

  async ping(): Promise<void> {
    if (this.#closed) throw unavailable('The database is closed.');
    await sql`select 1`.execute(this.read);
  }

  close(): Promise<void> {
    this.#closed ??= Promise.all(this.#pools.map((pool) => pool.close())).then(() => undefined);
    return this.#closed;
  }
}
