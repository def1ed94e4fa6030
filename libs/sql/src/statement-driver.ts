import { toAppError } from '@storey/errors';
import {
  DefaultQueryExecutor,
  Transaction,
  type DatabaseConnection,
  type Dialect,
  type Driver,
} from 'kysely';

/** Kysely's driver over a connection of ours. Transactions are begun with `Sql.transaction`, never here. */
export class StatementDriver implements Driver {
  readonly #connection: DatabaseConnection;

  constructor(connection: DatabaseConnection) {
    this.#connection = connection;
  }

  async init(): Promise<void> {}

  acquireConnection(): Promise<DatabaseConnection> {
    return Promise.resolve(this.#connection);
  }

  beginTransaction(): Promise<void> {
    throw toAppError(new Error('Transactions are begun with Sql.transaction'));
  }

  async commitTransaction(): Promise<void> {}
  async rollbackTransaction(): Promise<void> {}
  async releaseConnection(): Promise<void> {}
  async destroy(): Promise<void> {}
}

/** Kysely's transaction over a connection on which one was begun. */
export function transactionOn<DB>(dialect: Dialect, connection: DatabaseConnection): Transaction<DB> {
  const executor = new DefaultQueryExecutor(dialect.createQueryCompiler(), dialect.createAdapter(), {
    provideConnection: (consumer) => consumer(connection),
  });
  return new Transaction<DB>({ config: { dialect }, dialect, driver: dialect.createDriver(), executor });
}
