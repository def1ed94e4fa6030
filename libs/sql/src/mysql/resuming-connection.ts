import { type CompiledQuery, type DatabaseConnection, type QueryResult } from 'kysely';
import { errnoOf } from './mysql-error.js';

/** Table, column, index or row is there already; table, column or index is gone already. */
const DONE_BEFORE = new Set([1050, 1060, 1061, 1062, 1051, 1091]);

/** Passes over what a migration that died half way had done: on MySQL each of its statements committed by itself. */
export class ResumingConnection implements DatabaseConnection {
  readonly #connection: DatabaseConnection;
  resuming = false;

  constructor(connection: DatabaseConnection) {
    this.#connection = connection;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    try {
      return await this.#connection.executeQuery<R>(query);
    } catch (error) {
      if (this.resuming && DONE_BEFORE.has(errnoOf(error))) return { rows: [], numAffectedRows: 0n };
      throw error;
    }
  }

  streamQuery<R>(query: CompiledQuery, chunkSize: number): AsyncIterableIterator<QueryResult<R>> {
    return this.#connection.streamQuery<R>(query, chunkSize);
  }
}
