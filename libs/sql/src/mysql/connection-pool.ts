import { Deadline, type Clock } from '@storey/context';
import { unavailable } from '@storey/errors';
import { type MysqlConnection } from './mysql-connection.js';
import { Permits } from './permits.js';

/** Those that wait for a connection; more are refused. */
const MAX_WAITING = 1_000;
/** An idle connection is asked for a sign of life before it is used again … */
const TRUSTED_MS = 1_000;
/** … and has so long to give it. */
const PING_MS = 100;
/** A connection that was begun may take so long, also when who asked for it has gone: the next one will want it. */
const OPENING_MS = 10_000;
/** When as many openings as there may be connections are under way, and hang perhaps, one is begun anew so often. */
const ANEW_MS = 1_000;
/** How long `close` waits for what runs. */
const CLOSE_MS = 5_000;

export interface Acquiring {
  readonly deadline: Deadline;
  /** For a connection to become free; a part of the deadline, so that time is left to use it. */
  readonly waitMs: number;
  readonly signal?: AbortSignal | undefined;
}

interface Idle {
  readonly connection: MysqlConnection;
  readonly since: number;
}

/**
 * Connections of one kind. At most `max` are open; they are opened when needed and used last in, first out. One
 * that is lost is never used again.
 */
export class ConnectionPool {
  readonly #open: (deadline: Deadline) => Promise<MysqlConnection>;
  readonly #clock: Clock;
  readonly #permits: Permits;
  readonly #idle: Idle[] = [];
  readonly #used = new Set<MysqlConnection>();
  readonly #max: number;
  #opening = 0;
  #beganAt = -Infinity;
  #closed = false;
  /** When one was found dead: those that idle since before are likely to be. */
  #suspectedAt = -Infinity;

  constructor(open: (deadline: Deadline) => Promise<MysqlConnection>, max: number, clock: Clock) {
    this.#open = open;
    this.#clock = clock;
    this.#max = max;
    this.#permits = new Permits(clock, max, MAX_WAITING);
  }

  /** To be given back by `release`. @throws AppError `unavailable`, or the reason of the signal. */
  async acquire({ deadline, waitMs, signal }: Acquiring): Promise<MysqlConnection> {
    await this.#permits.take({ waitMs: Math.min(waitMs, deadline.remainingMs), signal });
    try {
      const connection = (await this.#living(deadline)) ?? (await this.#fresh(deadline));
      if (this.#closed) {
        connection.end();
        throw unavailable('The database is closed.');
      }
      this.#used.add(connection);
      return connection;
    } catch (error) {
      this.#permits.give();
      throw error;
    }
  }

  /** Opens a first connection, so that the first who asks needs not wait for it. @throws AppError `unavailable` */
  async warm(): Promise<void> {
    const deadline = Deadline.in(OPENING_MS, this.#clock);
    this.release(await this.acquire({ deadline, waitMs: OPENING_MS }));
  }

  /** Nothing may wait on it for an answer any more. */
  release(connection: MysqlConnection): void {
    this.#used.delete(connection);
    this.#keep(connection);
    this.#permits.give();
  }

  /** The idle ones have to show that they live before they are used: one of them was found dead, late or read-only. */
  suspect(): void {
    this.#suspectedAt = this.#clock.monotonic();
  }

  /** The idle ones are of no use: the server is not the one to write to any more. */
  discardIdle(): void {
    for (const { connection } of this.#idle.splice(0)) connection.destroy();
  }

  /** Waits five seconds at most for what runs. */
  async close(): Promise<void> {
    this.#closed = true;
    const allBack = this.#permits.close();
    for (const { connection } of this.#idle.splice(0)) connection.end();
    const late = Promise.withResolvers<void>();
    const cancel = this.#clock.after(CLOSE_MS, late.resolve);
    await Promise.race([allBack, late.promise]);
    cancel();
    for (const connection of this.#used) connection.destroy(unavailable('The database is closed.'));
    for (const { connection } of this.#idle.splice(0)) connection.end();
  }

  async #living(deadline: Deadline): Promise<MysqlConnection | undefined> {
    for (let idle = this.#idle.pop(); idle; idle = this.#idle.pop()) {
      const { connection, since } = idle;
      if (!connection.usable) continue;
      const trusted = since > this.#suspectedAt && this.#clock.monotonic() - since < TRUSTED_MS;
      if (trusted || (await this.#lives(connection, deadline))) return connection;
      this.discardIdle();
    }
    return undefined;
  }

  async #lives(connection: MysqlConnection, deadline: Deadline): Promise<boolean> {
    try {
      await connection.within(deadline.within(PING_MS), () => connection.ping());
      return true;
    } catch (error) {
      connection.destroy(error);
      return false;
    }
  }

  /**
   * What is late for one is kept for the next: were it thrown away, a server that is slow to greet would never be
   * reached by anybody.
   */
  async #fresh(deadline: Deadline): Promise<MysqlConnection> {
    const now = this.#clock.monotonic();
    if (this.#opening >= this.#max && now - this.#beganAt < ANEW_MS) {
      throw unavailable('The database is slow to take connections.');
    }
    this.#opening += 1;
    this.#beganAt = now;
    const opening = this.#open(Deadline.in(OPENING_MS, this.#clock)).finally(() => (this.#opening -= 1));
    try {
      return await deadline.run(() => opening);
    } catch (error) {
      opening.then(
        (connection) => this.#keep(connection),
        () => undefined, // told already, or of no interest any more
      );
      throw unavailable('No connection to the database is to be had.', error);
    }
  }

  #keep(connection: MysqlConnection): void {
    if (this.#closed || this.#used.size + this.#idle.length >= this.#max) connection.end();
    else this.#idle.push({ connection, since: this.#clock.monotonic() });
  }
}
