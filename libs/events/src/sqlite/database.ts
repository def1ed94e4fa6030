import { DatabaseSync, type SQLInputValue, type SQLOutputValue, type StatementSync } from 'node:sqlite';
import { unavailable } from '@storey/errors';
import { type ResolvedOptions } from '../options.js';
import { PRAGMAS, SCHEMA, checkVersion } from './schema.js';

export type Row = Record<string, SQLOutputValue>;

const BUSY_MS = 2000;
const SQLITE_BUSY = 5;
/** No page of ours is smaller. Sets the unit of `maxBytes`. */
const PAGE_BYTES = 4096;

/**
 * The file: a writer, a reader that never waits for it (WAL), and a lock that dies with the process. Every
 * statement is synchronous and holds the event loop; keep each to a few ms. Integers are read as bigint.
 */
export class Database {
  readonly #lock: DatabaseSync;
  readonly #writer: DatabaseSync;
  readonly #reader: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  readonly #options: ResolvedOptions;
  #durable = true;

  /** @param maxBytes where the file stops growing; beyond it writes are refused. */
  constructor(path: string, maxBytes: number | undefined, options: ResolvedOptions) {
    this.#options = options;
    this.#lock = lockOf(path);
    try {
      this.#writer = new DatabaseSync(path, { timeout: BUSY_MS });
      checkVersion(String(this.#writer.prepare('SELECT sqlite_version() AS version').get()?.['version']));
      this.#writer.exec(PRAGMAS);
      if (maxBytes) this.#writer.exec(`PRAGMA max_page_count = ${Math.ceil(maxBytes / PAGE_BYTES)}`);
      this.#writer.exec(SCHEMA);
      this.#reader = new DatabaseSync(path, { timeout: BUSY_MS, readOnly: true });
    } catch (error) {
      this.#lock.close();
      throw error;
    }
  }

  /**
   * Runs `work` in one transaction; when it throws, nothing of it is stored.
   * @param durable false: it may go with the power of the machine, until something durable is behind it.
   */
  transaction<T>(work: () => T, durable = true): T {
    this.#sync(durable);
    this.#exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.#exec('COMMIT');
      return result;
    } catch (error) {
      if (this.#writer.isTransaction) this.#exec('ROLLBACK');
      throw error;
    }
  }

  run(sql: string, ...values: readonly SQLInputValue[]): void {
    this.#timed(sql, () => this.#prepared(this.#writer, sql).run(...values));
  }

  /** Reads on the writer's side, its own transaction included. */
  one(sql: string, ...values: readonly SQLInputValue[]): Row | undefined {
    return this.#timed(sql, () => this.#prepared(this.#writer, sql).get(...values));
  }

  /** Reads what is committed, row by row, until `take` answers false. */
  scan(sql: string, values: readonly SQLInputValue[], take: (row: Row) => boolean): void {
    this.#timed(sql, () => {
      for (const row of this.#prepared(this.#reader, sql).iterate(...values)) if (!take(row)) break;
    });
  }

  close(): void {
    this.#reader.close();
    this.#writer.close();
    this.#lock.close();
  }

  #sync(durable: boolean): void {
    if (durable === this.#durable) return;
    this.#exec(`PRAGMA synchronous = ${durable ? 'FULL' : 'NORMAL'}`);
    this.#durable = durable;
  }

  #exec(sql: string): void {
    this.#timed(sql, () => this.#writer.exec(sql));
  }

  /** The texts are constants of this package, so the map is bounded; none is used on both connections. */
  #prepared(connection: DatabaseSync, sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known) return known;
    const statement = connection.prepare(sql);
    statement.setReadBigInts(true);
    this.#statements.set(sql, statement);
    return statement;
  }

  #timed<T>(sql: string, work: () => T): T {
    const { clock, onStatement } = this.#options;
    const begin = clock.monotonic();
    try {
      return work();
    } catch (error) {
      if (primaryCode(error) === undefined) throw error;
      throw unavailable('The file of the event log failed.', error);
    } finally {
      onStatement(sql, clock.monotonic() - begin);
    }
  }
}

/** Two processes would hand out the same offsets and deliver everything twice. */
function lockOf(path: string): DatabaseSync {
  const lock = new DatabaseSync(`${path}.lock`);
  try {
    lock.exec('BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    lock.close();
    if (primaryCode(error) === SQLITE_BUSY)
      throw unavailable('The event log is open in another process.', error);
    throw error;
  }
}

/** SQLite's primary result code, or `undefined` for an error that is not SQLite's. */
export function primaryCode(error: unknown): number | undefined {
  // By shape, not by class: the error may come from another realm.
  if (typeof error !== 'object' || error === null || !('errcode' in error)) return undefined;
  return typeof error.errcode === 'number' ? error.errcode & 0xff : undefined;
}
