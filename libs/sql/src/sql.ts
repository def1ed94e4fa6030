import { type Kysely, type Transaction } from 'kysely';
import { type Tables } from './shards.js';

/**
 * One relational database by URL, spoken to through Kysely, written once for every dialect.
 *
 * Columns declared `bigint` come and go as bigint, smaller integers and booleans (0 and 1) as number, bytes as
 * Uint8Array; an expression of integers such as `count(*)` is a bigint. Times are epoch milliseconds in a bigint
 * column. What a dialect would store altered (`undefined`, a Date, NaN, text with NUL or half a surrogate pair) is
 * refused as `internal`. No RETURNING, no streaming (page by key), no dialect's own functions, no deferred
 * constraints: the helpers of this package hide what differs (`upsert`, `insertIgnore`, `forUpdate`).
 */
export abstract class Sql<DB> {
  /**
   * The physical tables of each sharded one; 64 logical shards are dealt out over them. Always the same object, which
   * follows when they are dealt out anew.
   */
  abstract get tables(): Tables;

  /**
   * For single statements outside a transaction. May be served by another connection than writes; sees everything
   * that was committed before the statement began. Refuses to write. A statement whose tables were dealt out anew
   * meanwhile is `unavailable`; the next one knows.
   */
  abstract readonly read: Kysely<DB>;

  /**
   * Runs `work` in one transaction; resolves after COMMIT is durable. Everything or nothing. `work` may run again
   * (deadlock; tables dealt out anew, so `tableFor` belongs inside), so it must have no effect but through `tx`, and must
   * not wait for anything but `tx`.
   * @throws AppError `unavailable` when no connection is to be had in time or the storage is full, `deadline_exceeded`
   * when `work` took too long, `outcome_unknown` when COMMIT was not answered; else whatever `work` threw.
   */
  abstract transaction<T>(
    work: (tx: Transaction<DB>) => Promise<T>,
    options?: TransactionOptions,
  ): Promise<T>;

  /**
   * Calls `listener` once after each COMMIT that carried a `notify`, with the tags of all its transactions; in this
   * process only, in a microtask of its own. What a listener throws is uncaught. @returns stops the calls.
   */
  abstract onCommit(listener: CommitListener): () => void;

  /** @throws AppError `unavailable` */
  abstract ping(): Promise<void>;

  /** Lets the running COMMIT end, rejects what still waits with `unavailable`. May be called again. */
  abstract close(): Promise<void>;
}

export type CommitListener = (tags: ReadonlySet<string>) => void;

export interface TransactionOptions {
  /** Aborting ends the wait for a turn; work that was begun goes on to its COMMIT. */
  readonly signal?: AbortSignal;
  /** Told to `onCommit` listeners after the commit, e.g. `outbox`. */
  readonly notify?: string;
  /** For the wait and the work together, up to COMMIT. Default 300. */
  readonly timeoutMs?: number;
  /**
   * False: what is committed outlives the process, but may go with the power of the machine until something durable is
   * committed behind it. For what would be done again then. Default true; a server goes by its own settings.
   */
  readonly durable?: boolean;
}
