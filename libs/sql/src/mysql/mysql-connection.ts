import { connect, type Socket } from 'node:net';
import { type Deadline } from '@storey/context';
import { toAppError, unavailable } from '@storey/errors';
import { type CompiledQuery, type DatabaseConnection, type QueryResult } from 'kysely';
import {
  createConnection,
  type Connection,
  type FieldPacket,
  type ResultSetHeader,
  type RowDataPacket,
} from 'mysql2';
import { bindings, type Bound } from '../binding.js';
import { refuseAlteration } from './insert-ignored.js';
import { type MysqlUrl } from './mysql-url.js';
import { convertRows } from './mysql-rows.js';

/** Prepared statements that the server keeps for one connection; the least recently used goes first. */
const MAX_STATEMENTS = 256;
/** Longer texts are bulk writes of ever different lengths and are not kept. */
const MAX_KEPT_LENGTH = 8_192;
/** What the server takes by the text protocol alone. */
const UNPREPARED = /^(?:create|drop) trigger /;
const KEEP_ALIVE_MS = 10_000;

export type Server = Pick<MysqlUrl, 'host' | 'port' | 'user' | 'password' | 'tls'> & {
  readonly database?: string;
};

export type OnStatement = ((text: string) => void) | undefined;

type Answer = RowDataPacket[] | ResultSetHeader;
type Done<T> = (error: unknown, value: T) => void;

/**
 * One session with the server. Whatever waits for an answer is rejected as soon as the connection is lost or
 * destroyed; the driver alone would leave it waiting.
 */
export class MysqlConnection implements DatabaseConnection {
  readonly #raw: Connection;
  readonly #socket: Socket;
  readonly #onStatement: OnStatement;
  readonly #waiting = new Set<(error: unknown) => void>();
  #lost: { readonly cause: unknown } | undefined;

  private constructor(server: Server, onStatement: OnStatement) {
    const { host, port, user, password, database, tls } = server;
    const socket = connect({
      host,
      port,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: KEEP_ALIVE_MS,
    });
    this.#socket = socket;
    this.#onStatement = onStatement;
    this.#raw = createConnection({
      stream: () => socket,
      host,
      port,
      user,
      password,
      ...(database !== undefined && { database }),
      ...(tls && {
        ssl: { ...(tls.ca !== undefined && { ca: tls.ca }), minVersion: 'TLSv1.2', verifyIdentity: true },
      }),
      connectTimeout: 0,
      timezone: 'Z',
      supportBigNumbers: true,
      bigNumberStrings: true,
      disableEval: true,
      multipleStatements: false,
      flags: ['-LOCAL_FILES'],
      maxPreparedStatements: MAX_STATEMENTS,
    });
    this.#raw.on('error', (error: unknown) => this.destroy(error));
    socket.once('close', () => this.destroy(lost('The socket was closed')));
  }

  /** @throws what the server or the network says. */
  static async open(server: Server, deadline: Deadline, onStatement?: OnStatement): Promise<MysqlConnection> {
    const connection = new MysqlConnection(server, onStatement);
    await connection.within(deadline, () =>
      connection.#ask<unknown>((done) => connection.#raw.connect((error) => done(error, undefined))),
    );
    return connection;
  }

  /** False once it is lost. */
  get usable(): boolean {
    return this.#lost === undefined;
  }

  /** Whether a statement waits for its answer. */
  get busy(): boolean {
    return this.#waiting.size > 0;
  }

  /** Runs a statement without parameters or rows, by the text protocol, which takes every statement. */
  async command(text: string): Promise<void> {
    this.#onStatement?.(text);
    await this.#ask<unknown>((done) => void this.#raw.query(text, done));
  }

  async ping(): Promise<void> {
    await this.#ask<unknown>((done) => this.#raw.ping((error) => done(error, undefined)));
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const parameters = bindings(query.parameters).map(asDriverTakesIt);
    if (UNPREPARED.test(query.sql)) {
      await this.command(query.sql);
      return { rows: [] };
    }
    this.#onStatement?.(query.sql);
    const [answer, fields] = await this.#execute(query.sql, parameters);
    if (Array.isArray(answer)) return { rows: convertRows(answer, fields) as R[] };
    refuseAlteration(query, answer);
    const { affectedRows, insertId } = answer;
    return { rows: [], numAffectedRows: BigInt(affectedRows), insertId: BigInt(insertId) };
  }

  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw toAppError(new Error('Rows are not streamed, a cursor would hold its connection: page by key'));
  }

  /** Stops waiting for `work` at the deadline; what it asked is then still open, so the connection is destroyed. */
  within<T>(deadline: Deadline, work: () => Promise<T>): Promise<T> {
    return deadline.run((signal) => {
      const late = (): void => {
        if (this.busy) this.destroy(signal.reason);
      };
      signal.addEventListener('abort', late, { once: true });
      return work().finally(() => signal.removeEventListener('abort', late));
    });
  }

  /** Gives the socket up at once and rejects what waits; the server rolls back when it notices. */
  destroy(cause: unknown = unavailable('The connection was given up.')): void {
    if (this.#lost) return;
    this.#lost = { cause };
    this.#raw.destroy();
    this.#socket.destroy();
    for (const reject of this.#waiting) reject(cause);
    this.#waiting.clear();
  }

  /** Says good-bye, so that the server does not count a broken connection. Nothing may wait any more. */
  end(): void {
    if (this.#lost) return;
    this.#lost = { cause: unavailable('The database is closed.') };
    this.#raw.end();
    this.#socket.destroySoon();
  }

  async #execute(text: string, parameters: readonly Driven[]): Promise<readonly [Answer, FieldPacket[]]> {
    try {
      return await this.#ask<readonly [Answer, FieldPacket[]]>((done) => {
        this.#raw.execute<Answer>(text, [...parameters], (error, answer, fields) =>
          done(error, [answer, fields]),
        );
      });
    } finally {
      if (this.usable && text.length > MAX_KEPT_LENGTH) this.#raw.unprepare(text);
    }
  }

  #ask<T>(question: (done: Done<T>) => void): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#lost) return reject(lost(this.#lost.cause));
      this.#waiting.add(reject);
      question((error, value) => {
        this.#waiting.delete(reject);
        if (error) reject(error as Error);
        else resolve(value);
      });
    });
  }
}

type Driven = Exclude<Bound, Uint8Array> | Buffer;

/** Bytes go as a Buffer, for of anything else the driver makes text. */
function asDriverTakesIt(value: Bound): Driven {
  return value instanceof Uint8Array ? Buffer.from(value.buffer, value.byteOffset, value.byteLength) : value;
}

const lost = (cause: unknown): Error =>
  Object.assign(new Error('The connection is lost', { cause }), { fatal: true });
