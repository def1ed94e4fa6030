import { randomUUID } from 'node:crypto';
import { systemClock, type Clock } from '@storey/context';
import { type Sql } from '@storey/sql';
import { type Fence } from './fence.js';
import { Lock } from './lock.js';
import { freeLock, renewLock, takeLock } from './lock-rows.js';
import { ownSql, type ScheduleTables } from './tables.js';

const LIFE_MS = 30_000;
const TIMEOUT_MS = 5000;

export interface LocksOptions {
  readonly clock?: Clock;
  /** How long a lock outlives its process. Renewed at a third of it. Default 30 s; the same for all that share a name. */
  readonly lifeMs?: number;
  /** Before the owner token, for people who look at the table; at most 27 characters. */
  readonly label?: string;
  /** A renewal failed; it is tried again while the lock lives. */
  readonly onError: (error: unknown) => void;
}

/**
 * Locks among all processes on one database. Clocks decide only who may begin; that nobody writes who has lost the
 * lock is decided by {@link fenced}.
 */
export class Locks {
  readonly owner: string;
  readonly lifeMs: number;
  readonly #sql: Sql<ScheduleTables>;
  readonly #clock: Clock;
  readonly #onError: (error: unknown) => void;

  private constructor(sql: Sql<ScheduleTables>, { clock, lifeMs, label = '', onError }: LocksOptions) {
    this.#sql = sql;
    this.#clock = clock ?? systemClock;
    this.lifeMs = lifeMs ?? LIFE_MS;
    this.owner = `${label.slice(0, 27)}/${randomUUID()}`;
    this.#onError = onError;
  }

  static over<DB extends ScheduleTables>(sql: Sql<DB>, options: LocksOptions): Locks {
    return new Locks(ownSql(sql), options);
  }

  /** @param name at most 110 characters. @returns nothing when it is held, by this process or another. */
  async acquire(name: string): Promise<Lock | undefined> {
    const began = this.#clock.monotonic();
    const fence = await this.#sql.transaction(
      (tx) => takeLock(tx, { name, owner: this.owner, now: this.#clock.now(), lifeMs: this.lifeMs }),
      { timeoutMs: Math.min(TIMEOUT_MS, this.lifeMs) },
    );
    return fence && this.hold(fence, began);
  }

  /**
   * Keeps a lock alive that was taken in a transaction of the caller's, after its COMMIT.
   * @param began monotonic time before the transaction.
   */
  hold(fence: Fence, began: number): Lock {
    const { lifeMs } = this;
    return new Lock(fence, {
      clock: this.#clock,
      lifeMs,
      began,
      onError: this.#onError,
      renew: () =>
        this.#sql.transaction((tx) => renewLock(tx, fence, this.#clock.now() + lifeMs), {
          timeoutMs: Math.min(TIMEOUT_MS, lifeMs / 3),
        }),
      free: () => this.#sql.transaction((tx) => freeLock(tx, fence), { timeoutMs: TIMEOUT_MS }),
    });
  }
}
