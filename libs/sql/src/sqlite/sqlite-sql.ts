import { unavailable } from '@storey/errors';
import { Kysely, sql, type Transaction } from 'kysely';
import { readTables } from '../layout.js';
import { FollowingConnection, LiveTables } from '../live-tables.js';
import { type Tables } from '../shards.js';
import { transactionOn } from '../statement-driver.js';
import { Sql, type CommitListener, type TransactionOptions } from '../sql.js';
import { type GroupCommit } from './group-commit.js';
import { type SqliteConnection } from './sqlite-connection.js';
import { SqliteDialect } from './sqlite-dialect.js';

/** `Sql` on one file: a group-committing writer and a reader apart from it, both on this thread. */
export class SqliteSql<DB> extends Sql<DB> {
  readonly read: Kysely<DB>;
  readonly #tables: LiveTables;
  readonly #writer: GroupCommit;
  readonly #release: () => void;
  #closed: Promise<void> | undefined;

  /** @param release closes the connections, when nothing runs any more. */
  constructor(tables: Tables, reader: SqliteConnection, writer: GroupCommit, release: () => void) {
    super();
    const plain = new Kysely<DB>({ dialect: new SqliteDialect(reader) });
    this.#tables = new LiveTables(tables, () => readTables(plain));
    this.read = new Kysely<DB>({ dialect: new SqliteDialect(new FollowingConnection(reader, this.#tables)) });
    this.#writer = writer;
    this.#release = release;
  }

  get tables(): Tables {
    return this.#tables;
  }

  transaction<T>(work: (tx: Transaction<DB>) => Promise<T>, options: TransactionOptions = {}): Promise<T> {
    return this.#tables.follow(() => runTransaction(this.#writer, work, options));
  }

  onCommit(listener: CommitListener): () => void {
    return this.#writer.onCommit(listener);
  }

  async ping(): Promise<void> {
    if (this.#closed) throw unavailable('The database is closed.');
    await sql`select 1`.execute(this.read);
  }

  close(): Promise<void> {
    this.#closed ??= this.#writer.close().then(this.#release);
    return this.#closed;
  }
}

/** Kysely's transaction over a turn at the writer. */
export function runTransaction<DB, T>(
  writer: GroupCommit,
  work: (tx: Transaction<DB>) => Promise<T>,
  options: TransactionOptions,
): Promise<T> {
  return writer.run(
    (connection) => work(transactionOn<DB>(new SqliteDialect(connection), connection)),
    options,
  ) as Promise<T>;
}
