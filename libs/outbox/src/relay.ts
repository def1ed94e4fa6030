import { randomUUID } from 'node:crypto';
import { Deadline, noFaults, systemClock, type Clock, type FaultPoint } from '@storey/context';
import { type EventLog } from '@storey/events';
import { type Sql } from '@storey/sql';
import { BucketLeases } from './bucket-leases.js';
import { dispatch, type Dispatched, type OutboxRow, type Refusal, type Sending } from './dispatch.js';
import { OUTBOX_TAG } from './enqueue.js';
import { ROUND, backlog, dueRows, markRefused, markSent, type Backlog } from './outbox-rows.js';
import { ownSql, type OutboxTables } from './tables.js';
import { Waker } from './waker.js';

/** Steps of the ladder, probes of an unreachable log and rows that other processes wrote are seen this late at most. */
const TICK_MS = 1000;
/** Rows of transactions that follow each other quicker go together: a round costs an append and a transaction, whatever it holds. */
const APART_MS = 20;
const TICKS_PER_BEAT = 3;
const CLOSE_MS = 5000;

export interface Parked {
  readonly id: string;
  readonly topic: string;
  readonly key: string;
  readonly cause: unknown;
}

export interface RelayOptions {
  /** Before the row id in the header `event-id`, so that it is unique over databases. */
  readonly domain: string;
  readonly clock?: Clock;
  readonly faultPoint?: FaultPoint;
  /** Each failure of a round, outages of the log included; the relay goes on. */
  readonly onError: (error: unknown) => void;
  /** An alarm: this row is given up until somebody publishes it again. */
  readonly onParked: (parked: Parked) => void;
  /** Every three seconds. */
  readonly onBacklog?: (backlog: Backlog) => void;
}

type Resolved = Required<RelayOptions>;

/** Brings outbox rows to the log, at least once, in order of id within a key. Starts with its construction. */
class Relay {
  readonly #sql: Sql<OutboxTables>;
  readonly #sending: Sending;
  readonly #options: Resolved;
  readonly #leases: BucketLeases;
  readonly #waker: Waker;
  /** Buckets for which the log was unreachable since the last tick. */
  readonly #paused = new Set<number>();
  readonly #running: Promise<void>;
  readonly #stopListening: () => void;
  #ticks = 0;
  #closing = false;

  constructor(sql: Sql<OutboxTables>, log: EventLog, options: Resolved) {
    this.#sql = sql;
    this.#options = options;
    const leases = new BucketLeases(sql, randomUUID(), options.clock);
    this.#leases = leases;
    this.#sending = { log, domain: options.domain, holds: (bucket) => leases.held.includes(bucket) };
    this.#waker = new Waker(options.clock, { tickMs: TICK_MS, apartMs: APART_MS });
    this.#stopListening = sql.onCommit((tags) => tags.has(OUTBOX_TAG) && this.#waker.wake());
    this.#running = this.#run();
  }

  /** Ends the round that runs and gives the buckets back. @throws AppError `deadline_exceeded` after five seconds. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#stopListening();
    this.#waker.end();
    await Deadline.in(CLOSE_MS, this.#options.clock).run(() => this.#running);
    await this.#leases.release();
  }

  async #run(): Promise<void> {
    let ticked = true;
    while (!this.#closing) {
      try {
        if (ticked) await this.#tick();
        await this.#drain();
      } catch (error) {
        this.#options.onError(error);
      }
      ticked = await this.#waker.wait();
    }
  }

  async #drain(): Promise<void> {
    while (!this.#closing && (await this.#round())) {
      if (this.#waker.ticked()) await this.#tick();
    }
  }

  async #tick(): Promise<void> {
    this.#paused.clear();
    this.#ticks += 1;
    if (this.#ticks % TICKS_PER_BEAT !== 1) return;
    await this.#leases.beat();
    this.#options.onBacklog(await backlog(this.#sql, this.#options.clock.now()));
  }

  /** @returns whether there may be more to do at once. */
  async #round(): Promise<boolean> {
    const buckets = this.#leases.held.filter((bucket) => !this.#paused.has(bucket));
    if (buckets.length === 0) return false;
    const rows = await dueRows(this.#sql, buckets, this.#options.clock.now());
    if (rows.length === 0) return false;
    this.#options.faultPoint('relay.claimed');
    const done = await dispatch(this.#sending, rows);
    this.#options.faultPoint('relay.sent');
    await this.#mark(done);
    this.#options.faultPoint('relay.marked');
    for (const bucket of done.unreachable) this.#paused.add(bucket);
    if (done.unreachable.size > 0) this.#options.onError(done.outage);
    return rows.length === ROUND;
  }

  async #mark({ sent, refused }: Dispatched): Promise<void> {
    const buckets = new Set([...sent, ...refused.map(({ row }) => row)].map(({ bucket }) => bucket));
    if (buckets.size === 0) return;
    const now = this.#options.clock.now();
    let parked: Refusal[] = [];
    await this.#leases.fenced(buckets, async (tx, own) => {
      parked = []; // a transaction may run again
      const ours = ({ bucket }: OutboxRow): boolean => own.has(bucket);
      await markSent(tx, sent.filter(ours), now);
      for (const refusal of refused.filter(({ row }) => ours(row))) {
        if (await markRefused(tx, refusal, now)) parked.push(refusal);
      }
    });
    for (const { row, cause } of parked) {
      this.#options.onParked({ id: String(row.id), topic: row.topic, key: row.key, cause });
    }
  }
}

export type { Relay };

/** Starts a relay; several on one database share its buckets evenly. */
export function startRelay<DB extends OutboxTables>(
  sql: Sql<DB>,
  log: EventLog,
  options: RelayOptions,
): Relay {
  const defaults = { clock: systemClock, faultPoint: noFaults, onBacklog: () => undefined };
  return new Relay(ownSql(sql), log, { ...defaults, ...options });
}
