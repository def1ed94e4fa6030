import { AppError, isAppError } from '@storey/errors';
import { type CompiledQuery, type DatabaseConnection, type QueryResult } from 'kysely';
import { type Tables } from './shards.js';

const MYSQL_NO_SUCH_TABLE = 1146;
const SQLITE_ERROR = 1;

/**
 * The physical tables as this process knows them. Who writes or reads by what was right once is refused by the database,
 * for those tables have no such names any more; then it is asked which there are now.
 */
export class LiveTables implements Tables {
  readonly #read: () => Promise<Tables | undefined>;
  #now: Tables;
  #reading: Promise<void> | undefined;

  /** @param read asks the database. */
  constructor(now: Tables, read: () => Promise<Tables | undefined>) {
    this.#now = now;
    this.#read = read;
  }

  get first(): number {
    return this.#now.first;
  }

  get count(): number {
    return this.#now.count;
  }

  /**
   * Runs `work`; once more when a table that it named was gone because all were dealt out anew. Then nothing of the first
   * run is left. @throws AppError `unavailable` when it names a former table again.
   */
  async follow<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await this.once(work);
    } catch (error) {
      if (!isMoved(error)) throw error;
    }
    return this.once(work);
  }

  /** Runs `work`. @throws AppError `unavailable`, code `SQL_TABLES_MOVED`, when a table that it named was dealt out anew. */
  async once<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const missing = missingTable(error);
      if (missing === undefined) throw error;
      await this.refresh();
      throw missing < this.first ? moved(error) : error;
    }
  }

  /** Asks the database; those who want to know at the same time ask once. */
  async refresh(): Promise<void> {
    this.#reading ??= this.#read()
      .then((tables) => void (this.#now = tables ?? this.#now))
      .finally(() => (this.#reading = undefined));
    await this.#reading;
  }
}

/** A connection for single statements, which can't be made anew here: they are refused after their tables were dealt out. */
export class FollowingConnection implements DatabaseConnection {
  readonly #connection: DatabaseConnection;
  readonly #tables: LiveTables;

  constructor(connection: DatabaseConnection, tables: LiveTables) {
    this.#connection = connection;
    this.#tables = tables;
  }

  executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    return this.#tables.once(() => this.#connection.executeQuery<R>(query));
  }

  streamQuery<R>(query: CompiledQuery, chunkSize: number): AsyncIterableIterator<QueryResult<R>> {
    return this.#connection.streamQuery<R>(query, chunkSize);
  }
}

const MOVED = 'SQL_TABLES_MOVED';

const moved = (cause: unknown): AppError =>
  new AppError({
    kind: 'unavailable',
    code: MOVED,
    message: 'The tables were dealt out anew; try again.',
    details: { retryAfterSeconds: 1 },
    cause,
  });

const isMoved = (error: unknown): boolean => isAppError(error) && error.code === MOVED;

/** The number of the sharded table that was not there, if that is what `error`, or what caused it, says. */
function missingTable(error: unknown): number | undefined {
  for (let e = error; isObject(e); e = e.cause) {
    if (e.errno !== MYSQL_NO_SUCH_TABLE && e.errcode !== SQLITE_ERROR) continue;
    const [, n] = /(?:no such table: |Table ')\S*?_(\d+)(?:'|$)/.exec(String(e.message)) ?? [];
    if (n !== undefined) return Number(n);
  }
  return undefined;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;
