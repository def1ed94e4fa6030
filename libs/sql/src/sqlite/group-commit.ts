import { setImmediate as nextTick } from 'node:timers/promises';
import { unavailable } from '@storey/errors';
import { runDetached, type Clock } from '@storey/context';
import { CommitListeners } from '../commit-listeners.js';
import { type CommitListener, type TransactionOptions } from '../sql.js';
import { QueuedTransaction, type Work } from './queued-transaction.js';
import { type SqliteConnection } from './sqlite-connection.js';
import { translated, translatedCommit } from './sqlite-error.js';

/** Waiting transactions; more are refused. */
const MAX_QUEUED = 10_000;
/** One COMMIT, one fsync, for so many transactions … */
const MAX_GROUP = 128;
/** … or for what was begun in so many ms, so that the event loop gets its turn. */
const MAX_GROUP_MS = 5;

/**
 * The one writer of a file. Transactions that wait at the same time share one COMMIT, each behind a savepoint of its
 * own: one that throws is undone alone. They run one after the other in the order they came, and are answered
 * together once COMMIT has reached the disk (DeWitt et al., SIGMOD '84, call it group commit).
 */
export class GroupCommit {
  readonly #connection: SqliteConnection;
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #queue = new Set<QueuedTransaction>();
  readonly #listeners = new CommitListeners();
  #draining: Promise<void> | undefined;
  #closed = false;

  /** @param timeoutMs of a transaction that is given no time of its own. */
  constructor(connection: SqliteConnection, clock: Clock, timeoutMs: number) {
    this.#connection = connection;
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
  }

  run(work: Work, options: TransactionOptions = {}): Promise<unknown> {
    if (options.signal?.aborted) return Promise.reject(options.signal.reason as Error);
    if (this.#closed) return Promise.reject(unavailable('The database is closed.'));
    if (this.#queue.size >= MAX_QUEUED) return Promise.reject(unavailable('The database is busy.'));
    const timed = { ...options, timeoutMs: options.timeoutMs ?? this.#timeoutMs };
    const transaction = new QueuedTransaction(work, timed, this.#clock, (gone) => this.#queue.delete(gone));
    this.#queue.add(transaction);
    this.#draining ??= runDetached(() => this.#drain());
    return transaction.promise;
  }

  onCommit(listener: CommitListener): () => void {
    return this.#listeners.add(listener);
  }

  /** Rejects what waits; resolves when what runs has been committed. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const transaction of this.#queue) transaction.reject(unavailable('The database is closing.'));
    this.#queue.clear();
    await this.#draining;
  }

  /** A tick between groups lets the event loop breathe and others join the next group. */
  async #drain(): Promise<void> {
    while (this.#queue.size > 0) {
      await nextTick();
      await this.#group();
    }
    this.#draining = undefined;
  }

  async #group(): Promise<void> {
    const done: QueuedTransaction[] = [];
    const durable = this.#isDurable();
    try {
      this.#connection.durable = durable;
      this.#connection.command('begin immediate');
    } catch (error) {
      for (let n = 0; n < MAX_GROUP; n += 1) this.#take(true)?.reject(translated(error));
      return;
    }
    try {
      await this.#fill(done, durable);
      this.#commit();
    } catch (error) {
      if (this.#connection.inTransaction) this.#connection.command('rollback');
      for (const transaction of done) transaction.reject(error);
      return;
    }
    for (const transaction of done) transaction.committed();
    this.#listeners.tell(done.flatMap(({ notify }) => notify ?? []));
  }

  async #fill(done: QueuedTransaction[], durable: boolean): Promise<void> {
    const until = this.#clock.monotonic() + MAX_GROUP_MS;
    for (let n = 0; n < MAX_GROUP; n += 1) {
      const next = this.#take(durable);
      if (!next) return;
      if (await this.#runAlone(next)) done.push(next);
      if (this.#clock.monotonic() >= until) return;
    }
  }

  /** @returns whether it waits for COMMIT now. @throws when the whole group is lost. */
  async #runAlone(transaction: QueuedTransaction): Promise<boolean> {
    this.#connection.command('savepoint turn');
    let cause: unknown;
    try {
      await transaction.run(this.#connection);
    } catch (error) {
      cause = error;
      transaction.reject(error);
    }
    if (!this.#connection.inTransaction) {
      const lost = unavailable('The storage has rolled back.', cause);
      transaction.reject(lost);
      throw lost;
    }
    if (transaction.rejected) this.#connection.command('rollback to turn');
    this.#connection.command('release turn');
    return !transaction.rejected;
  }

  #commit(): void {
    try {
      this.#connection.command('commit');
    } catch (error) {
      throw translatedCommit(error);
    }
  }

  /** Whether one of those who wait wants it. */
  #isDurable(): boolean {
    let seen = 0;
    for (const { durable } of this.#queue) {
      if (durable) return true;
      if ((seen += 1) === MAX_GROUP) return false;
    }
    return false;
  }

  /**
   * The next that still has time; one whose timer could not fire yet is turned away here.
   * @param durable else one that has to be waits for the next group.
   */
  #take(durable: boolean): QueuedTransaction | undefined {
    for (const transaction of this.#queue) {
      if (transaction.durable && !durable) return undefined;
      this.#queue.delete(transaction);
      if (!transaction.expired) return transaction;
      transaction.reject(unavailable('The database is busy.'));
    }
    return undefined;
  }
}
