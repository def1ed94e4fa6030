import { Deadline, type Clock, type Random } from '@storey/context';
import { deadlineExceeded, toAppError } from '@storey/errors';
import { type CompiledQuery, type DatabaseConnection, type QueryResult } from 'kysely';
import { type TransactionOptions } from '../sql.js';
import { type ConnectionPool } from './connection-pool.js';
import { type MysqlConnection } from './mysql-connection.js';
import { isConflict, isLost, isReadOnly, translated, translatedCommit } from './mysql-error.js';
import { WAIT_SHARE } from './statements.js';

/** Runs of one transaction, the first included. */
const MAX_RUNS = 4;
/** Before the second run, at most; doubled before each further one. */
const FIRST_PAUSE_MS = 10;
/** For COMMIT, whose answer matters more than the deadline. */
const COMMIT_MS = 1_000;
const ROLLBACK_MS = 1_000;

interface Needed {
  /** For a transaction that is given no time of its own. */
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly random: Random;
}

export type Work<T> = (connection: DatabaseConnection) => Promise<T>;

/**
 * Runs transactions on connections of a pool. Deadlocks, lock waits and lost connections run the whole work again,
 * within the deadline: until COMMIT is sent the server keeps nothing of it. A connection goes back to the pool only
 * after COMMIT or ROLLBACK was answered.
 */
export class Transactions {
  readonly #pool: ConnectionPool;
  readonly #timeoutMs: number;
  readonly #clock: Clock;
  readonly #random: Random;

  constructor(pool: ConnectionPool, { timeoutMs, clock, random }: Needed) {
    this.#pool = pool;
    this.#timeoutMs = timeoutMs;
    this.#clock = clock;
    this.#random = random;
  }

  async run<T>(work: Work<T>, { timeoutMs = this.#timeoutMs, signal }: TransactionOptions = {}): Promise<T> {
    const deadline = Deadline.in(timeoutMs, this.#clock);
    for (let runs = 1; ; runs += 1) {
      const waiting = { waitMs: deadline.remainingMs * WAIT_SHARE, signal: runs === 1 ? signal : undefined };
      const connection = await this.#pool.acquire({ deadline, ...waiting });
      const turn = new Turn(connection, deadline, this.#clock);
      try {
        return await this.#once(turn, work);
      } catch (error) {
        if (turn.failure === undefined || error !== turn.failure.cause) throw error;
        if (runs === MAX_RUNS || !mayRunAgain(error)) throw translated(error);
        const pause = FIRST_PAUSE_MS * 2 ** (runs - 1) * (0.5 + this.#random.float() / 2);
        if (pause >= deadline.remainingMs) throw translated(error);
        await this.#clock.sleep(pause);
      }
    }
  }

  /** @throws the turn's failure, if it has one, whatever the work made of it. */
  async #once<T>(turn: Turn, work: Work<T>): Promise<T> {
    try {
      const value = await turn.run(work);
      await turn.commit();
      this.#pool.release(turn.connection);
      return value;
    } catch (error) {
      await this.#undo(turn);
      throw turn.failure ? turn.failure.cause : error;
    }
  }

  /** When the time is over nobody waits for it. */
  async #undo(turn: Turn): Promise<void> {
    const { connection, failure } = turn;
    turn.end();
    if (!connection.usable || (failure && isLost(failure.cause))) this.#pool.suspect();
    if (failure && isReadOnly(failure.cause)) this.#pool.discardIdle();
    const rolledBack = this.#rollback(turn).finally(() => this.#pool.release(connection));
    if (!turn.deadline.expired) await rolledBack;
  }

  /** Never throws: a connection that does not answer is destroyed, and with it the transaction. */
  async #rollback({ connection, failure, committing }: Turn): Promise<void> {
    const useless = failure !== undefined && (isLost(failure.cause) || isReadOnly(failure.cause));
    if (committing || useless || connection.busy) return connection.destroy(failure?.cause);
    try {
      await connection.within(Deadline.in(ROLLBACK_MS, this.#clock), () => connection.command('rollback'));
    } catch (error) {
      connection.destroy(error);
    }
  }
}

const mayRunAgain = (error: unknown): boolean => isConflict(error) || isLost(error);

/** The connection while one run of a transaction lasts. */
class Turn implements DatabaseConnection {
  readonly connection: MysqlConnection;
  readonly deadline: Deadline;
  /** What ended the transaction on the server: later statements would be committed one by one. */
  failure: { readonly cause: unknown } | undefined;
  /** Whether COMMIT was sent and not answered well. */
  committing = false;
  readonly #clock: Clock;
  #ended = false;

  constructor(connection: MysqlConnection, deadline: Deadline, clock: Clock) {
    this.connection = connection;
    this.deadline = deadline;
    this.#clock = clock;
  }

  run<T>(work: Work<T>): Promise<T> {
    return this.connection.within(this.deadline, async () => {
      await this.#asked(() => this.connection.command('begin'));
      return work(this);
    });
  }

  async commit(): Promise<void> {
    this.end();
    if (this.failure) throw this.failure.cause;
    if (this.deadline.expired) throw deadlineExceeded();
    if (this.connection.busy) throw toAppError(new Error('A statement is left that nobody waited for'));
    this.committing = true;
    try {
      const bound = Deadline.in(COMMIT_MS, this.#clock);
      await this.connection.within(bound, () => this.connection.command('commit'));
    } catch (error) {
      if (isConflict(error) || isReadOnly(error)) this.failure = { cause: error };
      throw translatedCommit(error);
    }
    this.committing = false;
  }

  end(): void {
    this.#ended = true;
  }

  executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    if (this.#ended) throw toAppError(new Error('A statement came after its transaction had ended'));
    if (this.failure) throw translated(this.failure.cause);
    this.deadline.check();
    return this.#asked(() => this.connection.executeQuery<R>(query));
  }

  streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    return this.connection.streamQuery<R>();
  }

  async #asked<T>(question: () => Promise<T>): Promise<T> {
    try {
      return await question();
    } catch (error) {
      if (mayRunAgain(error) || isReadOnly(error)) this.failure ??= { cause: error };
      throw translated(error);
    }
  }
}
