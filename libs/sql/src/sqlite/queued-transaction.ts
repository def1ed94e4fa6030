import { AsyncLocalStorage } from 'node:async_hooks';
import { deadlineExceeded, toAppError, unavailable } from '@storey/errors';
import { Deadline, type Clock } from '@storey/context';
import { type CompiledQuery, type DatabaseConnection, type QueryResult } from 'kysely';
import { type TransactionOptions } from '../sql.js';

type TimedOptions = TransactionOptions & { readonly timeoutMs: number };

export type Work = (connection: DatabaseConnection) => Promise<unknown>;

/** One transaction on its way: waiting for its turn, at work, waiting for COMMIT. Settles its promise once. */
export class QueuedTransaction {
  readonly promise: Promise<unknown>;
  readonly notify: string | undefined;
  readonly durable: boolean;
  readonly #work: Work;
  readonly #settle = Promise.withResolvers<unknown>();
  readonly #signal: AbortSignal | undefined;
  readonly #deadline: Deadline;
  readonly #stopTimer: () => void;
  readonly #leaveQueue: (transaction: QueuedTransaction) => void;
  #expire: (() => void) | undefined;
  #value: unknown;
  #rejected = false;

  constructor(
    work: Work,
    { signal, notify, timeoutMs, durable = true }: TimedOptions,
    clock: Clock,
    leaveQueue: (transaction: QueuedTransaction) => void,
  ) {
    this.#work = AsyncLocalStorage.bind(work);
    this.promise = this.#settle.promise;
    this.notify = notify;
    this.durable = durable;
    this.#leaveQueue = leaveQueue;
    this.#signal = signal;
    this.#deadline = Deadline.in(timeoutMs, clock);
    this.#stopTimer = clock.after(timeoutMs, () => this.#timedOut());
    signal?.addEventListener('abort', this.#aborted, { once: true });
  }

  get expired(): boolean {
    return this.#deadline.expired;
  }

  get rejected(): boolean {
    return this.#rejected;
  }

  /** Runs the work on `connection`. Rejects when it throws or its time is over; the promise stays open. */
  async run(connection: DatabaseConnection): Promise<void> {
    this.#signal?.removeEventListener('abort', this.#aborted);
    const turn = new Turn(connection, this.#deadline);
    try {
      this.#value = await new Promise((resolve, reject) => {
        this.#expire = () => reject(deadlineExceeded());
        this.#work(turn).then(resolve, reject);
      });
    } finally {
      turn.end();
      this.#stopTimer();
    }
  }

  committed(): void {
    this.#settle.resolve(this.#value);
  }

  reject(error: unknown): void {
    this.#rejected = true;
    this.#stopTimer();
    this.#signal?.removeEventListener('abort', this.#aborted);
    this.#settle.reject(error);
  }

  readonly #aborted = (): void => {
    this.#leaveQueue(this);
    this.reject(this.#signal?.reason);
  };

  #timedOut(): void {
    if (this.#expire) return this.#expire();
    this.#leaveQueue(this);
    this.reject(unavailable('The database is busy.'));
  }
}

/** The connection while the turn lasts. A statement that comes later would land in somebody else's transaction. */
class Turn implements DatabaseConnection {
  #connection: DatabaseConnection | undefined;
  readonly #deadline: Deadline;

  constructor(connection: DatabaseConnection, deadline: Deadline) {
    this.#connection = connection;
    this.#deadline = deadline;
  }

  end(): void {
    this.#connection = undefined;
  }

  executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    return this.#open().executeQuery<R>(query);
  }

  streamQuery<R>(query: CompiledQuery, chunkSize: number): AsyncIterableIterator<QueryResult<R>> {
    return this.#open().streamQuery<R>(query, chunkSize);
  }

  /** Work that never waits lets no timer fire, so the time is looked at here too. */
  #open(): DatabaseConnection {
    if (!this.#connection) throw toAppError(new Error('A statement came after its transaction had ended'));
    this.#deadline.check();
    return this.#connection;
  }
}
