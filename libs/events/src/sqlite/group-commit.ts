import { runDetached } from '@storey/context';
import { isAppError, outcomeUnknown, unavailable } from '@storey/errors';
import { closed } from '../failures.js';
import { MAX_COMMIT_BYTES, MAX_PENDING_BYTES } from '../limits.js';
import { type NewMessage } from '../event-log.js';
import { type ResolvedOptions } from '../options.js';
import { primaryCode, type Database } from './database.js';
import { type GroupOffsets } from './group-offsets.js';
import { type Messages } from './messages.js';
import { type Partition } from './catalog.js';

/** How long a committed offset may wait for company, ms. */
const OFFSETS_WITHIN_MS = 200;
/** After a failed write of offsets alone, ms. */
const OFFSETS_AGAIN_MS = 1000;
const SQLITE_IOERR = 10;

export interface Entry {
  readonly partition: Partition;
  readonly message: NewMessage;
}

export interface CommitParts {
  readonly database: Database;
  readonly messages: Messages;
  readonly offsets: GroupOffsets;
  readonly options: ResolvedOptions;
}

interface Waiting {
  readonly entries: readonly Entry[];
  readonly bytes: number;
  readonly timestamp: number;
  readonly durable: boolean;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/**
 * Gathers the appends of one tick, and the offsets committed meanwhile, into one transaction: one fsync for all. Offsets alone
 * need none: what lies behind a lost one comes again.
 */
export class GroupCommit {
  readonly #database: Database;
  readonly #messages: Messages;
  readonly #offsets: GroupOffsets;
  readonly #options: ResolvedOptions;
  readonly #grown: (partitions: Iterable<Partition>) => void;
  #queue: Waiting[] = [];
  #pendingBytes = 0;
  #scheduled: NodeJS.Immediate | undefined;
  #cancelTimer: (() => void) | undefined;
  #closed = false;

  /** @param grown called after COMMIT with each partition that grew. */
  constructor(parts: CommitParts, grown: (partitions: Iterable<Partition>) => void) {
    this.#database = parts.database;
    this.#messages = parts.messages;
    this.#offsets = parts.offsets;
    this.#options = parts.options;
    this.#grown = grown;
  }

  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  /** Resolves after COMMIT. @param durable false: which may go with the power of the machine. */
  append(entries: readonly Entry[], bytes: number, durable: boolean): Promise<void> {
    if (this.#closed) return Promise.reject(closed('The event log'));
    if (this.#pendingBytes + bytes > MAX_PENDING_BYTES) {
      return Promise.reject(unavailable('The event log has too much to write already.'));
    }
    return this.#enqueue(entries, bytes, durable);
  }

  /** Resolves when every offset committed so far is durable. */
  flushOffsets(): Promise<void> {
    if (!this.#offsets.dirty && this.#queue.length === 0) return Promise.resolve();
    return this.#enqueue([], 0, true);
  }

  /** Lets a changed offset wait for the next transaction, at most a moment. */
  offsetsChanged(delay = OFFSETS_WITHIN_MS): void {
    if (this.#cancelTimer || this.#closed) return;
    this.#cancelTimer = this.#options.clock.after(delay, () => {
      this.#cancelTimer = undefined;
      if (!this.#offsets.dirty) return;
      this.#enqueue([], 0, false).catch((error: unknown) => {
        this.#options.onError(error, 'events: write of offsets');
        this.offsetsChanged(OFFSETS_AGAIN_MS);
      });
    });
  }

  /** Writes what waits and takes no more. */
  async close(): Promise<void> {
    const last = this.flushOffsets();
    this.#closed = true;
    this.#cancelTimer?.();
    await last;
  }

  #enqueue(entries: readonly Entry[], bytes: number, durable: boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const timestamp = this.#options.clock.now();
      this.#queue.push({ entries, bytes, timestamp, durable, resolve, reject });
      this.#pendingBytes += bytes;
      this.#schedule();
    });
  }

  #schedule(): void {
    this.#scheduled ??= runDetached(() =>
      setImmediate(() => {
        this.#scheduled = undefined;
        this.#commit(this.#take());
        if (this.#queue.length > 0) this.#schedule();
      }),
    );
  }

  #take(): readonly Waiting[] {
    let bytes = 0;
    let count = 0;
    for (const waiting of this.#queue) {
      bytes += waiting.bytes;
      if (count > 0 && bytes > MAX_COMMIT_BYTES) break;
      count += 1;
    }
    const taken = this.#queue.splice(0, count);
    for (const waiting of taken) this.#pendingBytes -= waiting.bytes;
    return taken;
  }

  #commit(batch: readonly Waiting[]): void {
    const ends = new Map<Partition, bigint>();
    const durable = batch.some((waiting) => waiting.durable);
    try {
      this.#database.transaction(() => {
        for (const waiting of batch) this.#insert(waiting, ends);
        for (const [partition, end] of ends) this.#messages.advance(partition, end);
        this.#offsets.write();
        this.#options.faultPoint('events.append.before-commit');
      }, durable);
    } catch (error) {
      const failure = failureOf(error);
      for (const waiting of batch) waiting.reject(failure);
      return;
    }
    this.#offsets.clean();
    for (const [partition, end] of ends) partition.end = end;
    this.#settle(batch);
    this.#grown(ends.keys());
  }

  #settle(batch: readonly Waiting[]): void {
    try {
      this.#options.faultPoint('events.append.after-commit');
      for (const waiting of batch) waiting.resolve();
    } catch (error) {
      for (const waiting of batch) waiting.reject(outcomeUnknown(error));
    }
  }

  #insert({ entries, timestamp }: Waiting, ends: Map<Partition, bigint>): void {
    for (const { partition, message } of entries) {
      const offset = ends.get(partition) ?? partition.end;
      this.#messages.insert(partition, offset, timestamp, message);
      ends.set(partition, offset + 1n);
    }
  }
}

/** After an I/O error the frames may lie in the WAL and be found by the next start; else nothing was stored. */
function failureOf(error: unknown): Error {
  if (isAppError(error) && primaryCode(error.cause) === SQLITE_IOERR) return outcomeUnknown(error);
  return unavailable('The event log could not write.', error);
}
