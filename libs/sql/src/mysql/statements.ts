import { Deadline, currentContext, type Clock } from '@storey/context';
import { toAppError } from '@storey/errors';
import { type CompiledQuery, type DatabaseConnection, type QueryResult } from 'kysely';
import { type ConnectionPool } from './connection-pool.js';
import { isLost, isReadOnly, translated } from './mysql-error.js';

/** For one read within a request, whose own deadline counts too … */
const REQUEST_MS = 300;
/** … and in background work, which has none. The server stops reading then, see `READING`. */
export const BACKGROUND_MS = 5_000;
/** Of the time there is, so much may be spent waiting for a connection. */
export const WAIT_SHARE = 1 / 3;
/** A read that finds its connection gone is sent again on another. */
const MAX_TRIES = 3;

/** Single statements, each on a connection of the pool, in a session that refuses to write. */
export class Statements implements DatabaseConnection {
  readonly #pool: ConnectionPool;
  readonly #clock: Clock;

  constructor(pool: ConnectionPool, clock: Clock) {
    this.#pool = pool;
    this.#clock = clock;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const { deadline } = currentContext();
    const bound = deadline?.within(REQUEST_MS) ?? Deadline.in(BACKGROUND_MS, this.#clock);
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.#once<R>(query, bound);
      } catch (error) {
        if (!isLost(error) || tries === MAX_TRIES) throw meaning(error);
      }
    }
  }

  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw toAppError(new Error('Rows are not streamed, a cursor would hold its connection: page by key'));
  }

  async #once<R>(query: CompiledQuery, deadline: Deadline): Promise<QueryResult<R>> {
    const connection = await this.#pool.acquire({ deadline, waitMs: deadline.remainingMs * WAIT_SHARE });
    try {
      return await connection.within(deadline, () => connection.executeQuery<R>(query));
    } catch (error) {
      if (isLost(error)) connection.destroy(error);
      if (!connection.usable) this.#pool.suspect();
      throw error;
    } finally {
      this.#pool.release(connection);
    }
  }
}

function meaning(error: unknown): unknown {
  if (!isReadOnly(error)) return translated(error);
  return toAppError(new Error('Outside a transaction nothing is written', { cause: error }));
}
