import { type Clock, type FaultPoint } from '@storey/context';
import { isAppError } from '@storey/errors';
import { isOutage, type Batch, type Consumer, type Message } from '@storey/events';
import { MAX_ROWS, WHOLE, writeDeletion, writeRecords, type HistoryDb } from '@storey/history';
import { type Kv } from '@storey/kv';
import { type Logger } from '@storey/observability';
import { type Sql } from '@storey/sql';
import { type historyEvents } from '@storey/contracts';
import { bundleOf, changeOf, deletionOf } from './change-of.js';
import { HeldRecords, type Held } from './held-records.js';

/** How often what is due is looked for, ms. */
const TICK_MS = 250;
/** After the database refused, ms. */
const AGAIN_MS = 1_000;

export interface WriteBackOptions {
  readonly sql: Sql<HistoryDb>;
  readonly kv: Kv;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly faultPoint: FaultPoint;
  readonly windowMs: number;
  readonly maxHeld: number;
  readonly onReports: (count: number) => void;
  readonly onRows: (count: number) => void;
}

/**
 * Holds the latest of each record and writes it once per window, in bulk; deletions at once. An offset is committed when
 * nothing at or below it is needed any more, so a dead process hears again what it had not written, and hearing again
 * does no harm: the tables take nothing older than they have.
 */
export class WriteBack {
  readonly #options: WriteBackOptions;
  readonly #held: HeldRecords;
  /** Per partition: one past what was handled, under which assignment. */
  readonly #handled = new Map<number, { readonly offset: bigint; readonly epoch: bigint }>();
  #consumer: Consumer | undefined;
  readonly #committed = new Map<number, bigint>();
  #cancel: (() => void) | undefined;
  #turn: Promise<void> = Promise.resolve();
  #writing: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(options: WriteBackOptions) {
    this.#options = options;
    this.#held = new HeldRecords(options.windowMs);
  }

  /** One past what was read of a partition, written or held. */
  handled(partition: number): bigint {
    return this.#handled.get(partition)?.offset ?? 0n;
  }

  /** @param consumer whose handler is `handle`. */
  start(consumer: Consumer): void {
    this.#consumer = consumer;
    this.#schedule();
  }

  readonly handle = async (batch: Batch): Promise<{ readonly commitTo: bigint }> => {
    const { partition, epoch, messages } = batch;
    if ((this.#handled.get(partition)?.epoch ?? epoch) !== epoch) this.#held.dropPartition(partition);
    for (const message of messages) {
      const bundle = await decoded(message, batch);
      if (bundle) await this.#apply(bundle, message);
    }
    const end = (messages.at(-1)?.offset ?? -1n) + 1n;
    this.#handled.set(partition, { offset: end, epoch });
    return { commitTo: this.#held.lowest(partition) ?? end };
  };

  /** Writes all that is held, or what is held of one partition. @throws AppError when the database is down. */
  async flush(partition?: number): Promise<void> {
    while ((await this.#write(() => this.#held.oldest(MAX_ROWS, partition))) > 0);
  }

  /** Writes what is held, as far as the database allows; the log has the rest. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancel?.();
    this.#consumer?.pause();
    await this.#turn;
    try {
      await this.flush();
      await this.#commit();
    } catch (error) {
      if (!isOutage(error)) throw error;
      this.#options.logger.warn('history stays in the log until the next start', { cause: String(error) });
    }
  }

  async #apply({ updates, barrierEpochMs }: historyEvents.HistoryBundle, message: Message): Promise<void> {
    const { sql, clock, maxHeld, onReports } = this.#options;
    for (const update of updates) {
      if (update.deleted) {
        await writeDeletion(sql, update.userId, deletionOf(update));
        this.#held.drop(update.userId, deletionOf(update));
      } else this.#held.add(changeOf(update), message, clock.monotonic());
    }
    onReports(updates.length);
    while (this.#held.size > maxHeld) await this.#write(() => this.#held.oldest(MAX_ROWS));
    if (barrierEpochMs !== 0n) await this.#makeWhole(message, barrierEpochMs);
  }

  /** All that was in the log before the barrier is in the tables now: users may be loaded from them again. */
  async #makeWhole({ partition, key }: Message, epoch: bigint): Promise<void> {
    await this.flush(partition);
    await this.#options.kv.setFields(WHOLE, new Map([[key, Buffer.from(String(epoch))]]), {});
  }

  /** One write at a time, so that no row is written twice. @returns how many records were dealt with. */
  #write(choose: () => readonly Held[]): Promise<number> {
    const writing = this.#writing.then(async () => {
      const some = choose();
      if (some.length > 0) await this.#writeNow(some);
      return some.length;
    });
    this.#writing = writing.catch(() => undefined);
    return writing;
  }

  async #writeNow(some: readonly Held[]): Promise<void> {
    const { sql, clock, faultPoint, onRows } = this.#options;
    try {
      onRows(
        await writeRecords(
          sql,
          some.map(({ change }) => change),
        ),
      );
    } catch (error) {
      if (isOutage(error)) throw error;
      await this.#writeAlone(some, error);
    }
    faultPoint('hjob.upsert');
    this.#held.written(some, clock.monotonic());
  }

  /** One row that the database does not take must not hold up the others. */
  async #writeAlone(some: readonly Held[], cause: unknown): Promise<void> {
    const [only] = some;
    if (some.length === 1 && only) {
      const { userId, business, oid } = only.change;
      this.#options.logger.error('a record of history can not be written', cause, { userId, business, oid });
      return;
    }
    for (const held of some) await this.#writeNow([held]);
  }

  async #commit(): Promise<void> {
    for (const [partition, { offset }] of this.#handled) {
      const commitTo = this.#held.lowest(partition) ?? offset;
      if (commitTo <= (this.#committed.get(partition) ?? 0n)) continue;
      try {
        await this.#consumer?.commit(partition, commitTo);
        this.#committed.set(partition, commitTo);
      } catch (error) {
        if (!isAppError(error) || error.kind !== 'conflict') throw error;
        this.#held.dropPartition(partition);
        this.#handled.delete(partition);
      }
    }
    this.#options.faultPoint('hjob.committed');
  }

  async #tick(): Promise<number> {
    const { clock, logger } = this.#options;
    try {
      while ((await this.#write(() => this.#held.due(clock.monotonic(), MAX_ROWS))) === MAX_ROWS);
      await this.#commit();
      return TICK_MS;
    } catch (error) {
      logger.warn('history can not be written now', { cause: String(error) });
      return AGAIN_MS;
    }
  }

  #schedule(ms = TICK_MS): void {
    if (this.#closed) return;
    this.#cancel = this.#options.clock.after(ms, () => {
      this.#turn = this.#tick().then((next) => this.#schedule(next));
    });
  }
}

/** @returns nothing for a message that is no bundle; it lies among the dead letters then. */
async function decoded(message: Message, batch: Batch): Promise<historyEvents.HistoryBundle | undefined> {
  try {
    return bundleOf(message.value);
  } catch (error) {
    await batch.deadLetter(message, error);
    return undefined;
  }
}
