import { toAppError, unavailable } from '@storey/errors';
import { type CompiledQuery, type DatabaseConnection, type QueryResult } from 'kysely';
import { DatabaseSync } from 'node:sqlite';
import { bindings } from '../binding.js';
import { PreparedStatements, toRows } from './prepared.js';
import { translated } from './sqlite-error.js';

/** Waited for another process that holds the file, in ms; the whole event loop waits along. */
const BUSY_TIMEOUT_MS = 2_000;
/** What a checkpoint leaves of the -wal file, in bytes. */
const WAL_LIMIT = 64 * 1024 * 1024;

export interface SqliteConnectionOptions {
  /** Refuses to write. */
  readonly queryOnly?: boolean;
  readonly onStatement?: ((text: string) => void) | undefined;
}

/** One connection to one file. Statements run synchronously, each to its end: nothing is ever half read. */
export class SqliteConnection implements DatabaseConnection {
  readonly #db: DatabaseSync;
  readonly #prepared: PreparedStatements;
  readonly #onStatement: ((text: string) => void) | undefined;
  #durable = true;

  constructor(file: string, { queryOnly = false, onStatement }: SqliteConnectionOptions = {}) {
    this.#db = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS, enableForeignKeyConstraints: true });
    this.#db.exec(
      `pragma journal_mode = wal; pragma synchronous = full; pragma journal_size_limit = ${WAL_LIMIT};` +
        `pragma temp_store = memory; pragma query_only = ${queryOnly ? 'on' : 'off'}`,
    );
    this.#prepared = new PreparedStatements(this.#db);
    this.#onStatement = onStatement;
  }

  /** False after SQLite has rolled back by itself, as it does when the disk is full. */
  get inTransaction(): boolean {
    return this.#db.isTransaction;
  }

  /** Whether a COMMIT from now on waits until it is on the disk. Not inside a transaction. */
  set durable(durable: boolean) {
    if (durable === this.#durable) return;
    this.#db.exec(`pragma synchronous = ${durable ? 'full' : 'normal'}`);
    this.#durable = durable;
  }

  /** Runs a statement without parameters or rows. @throws the error of SQLite as it is. */
  command(text: string): void {
    this.#onStatement?.(text);
    this.#prepared.get(text).statement.run();
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    if (!this.#db.isOpen) throw unavailable('The database is closed.');
    const parameters = bindings(query.parameters);
    this.#onStatement?.(query.sql);
    try {
      return this.#run<R>(query.sql, parameters);
    } catch (error) {
      throw translated(error);
    }
  }

  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw toAppError(new Error('Rows are not streamed, an open cursor would hold its snapshot: page by key'));
  }

  /** To be called after migrations. */
  forgetStatements(): void {
    this.#prepared.clear();
  }

  close(): void {
    if (this.#db.isOpen) this.#db.close();
  }

  #run<R>(text: string, parameters: ReturnType<typeof bindings>): QueryResult<R> {
    const { statement, columns } = this.#prepared.get(text);
    if (columns.length > 0) {
      const all = statement.all(...parameters) as unknown as readonly (readonly unknown[])[];
      return { rows: toRows(all, columns) as R[] };
    }
    const { changes, lastInsertRowid } = statement.run(...parameters);
    return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) };
  }
}
