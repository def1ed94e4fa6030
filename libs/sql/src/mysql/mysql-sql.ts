import { unavailable } from '@storey/errors';
import { Kysely, sql, type Transaction } from 'kysely';
import { CommitListeners } from '../commit-listeners.js';
import { Sql, type CommitListener, type TransactionOptions } from '../sql.js';
import { readTables } from '../layout.js';
import { FollowingConnection, LiveTables } from '../live-tables.js';
import { type Tables } from '../shards.js';
import { transactionOn } from '../statement-driver.js';
import { type ConnectionPool } from './connection-pool.js';
import { MysqlDialect } from './mysql-dialect.js';
import { type Statements } from './statements.js';
import { type Transactions } from './transactions.js';

export interface MysqlParts {
  readonly tables: Tables;
  readonly statements: Statements;
  readonly transactions: Transactions;
  /** Closed with the database. */
  readonly pools: readonly ConnectionPool[];
}

/** `Sql` on a MySQL server: one pool for transactions, another for reads. */
export class MysqlSql<DB> extends Sql<DB> {
  readonly read: Kysely<DB>;
  readonly #tables: LiveTables;
  readonly #transactions: Transactions;
  readonly #pools: readonly ConnectionPool[];
  readonly #listeners = new CommitListeners();
  #closed: Promise<void> | undefined;

  constructor({ tables, statements, transactions, pools }: MysqlParts) {
    super();
    const plain = new Kysely<DB>({ dialect: new MysqlDialect(statements) });
    this.#tables = new LiveTables(tables, () => readTables(plain));
    this.read = new Kysely<DB>({
      dialect: new MysqlDialect(new FollowingConnection(statements, this.#tables)),
    });
    this.#transactions = transactions;
    this.#pools = pools;
  }

  get tables(): Tables {
    return this.#tables;
  }

  async transaction<T>(
    work: (tx: Transaction<DB>) => Promise<T>,
    options: TransactionOptions = {},
  ): Promise<T> {
    const run = (): Promise<T> =>
      this.#transactions.run(
        (connection) => work(transactionOn<DB>(new MysqlDialect(connection), connection)),
        options,
      );
    const value = await this.#tables.follow(run);
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
