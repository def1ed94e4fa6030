import { type ColumnType, type Transaction } from 'kysely';
import { type Sql } from '@storey/sql';

/** Epoch ms. */
type Time = ColumnType<bigint, number | bigint, number | bigint>;

export interface LockTable {
  name: string;
  /** '' when free. */
  owner: string;
  /** Rises by one with every acquisition. */
  fence: bigint;
  lease_until: Time;
}

export interface TaskTable {
  name: string;
  /** As text, so that a change of plan is noticed. */
  plan: string;
  next_at: Time;
  /** 0 = never, here and below. */
  last_started_at: Time;
  last_ended_at: Time;
  /** How long the last run took, ms. */
  last_ms: number;
  last_outcome: '' | 'ok' | 'failed' | 'skipped' | 'interrupted';
  /** Of the last run; '' when it went well. */
  last_error: string;
  /** Which process ran it last. */
  last_runner: string;
  runs: bigint;
  failures: bigint;
}

export interface TimerTable {
  id: string;
  kind: string;
  /** When it was to go off. */
  due_at: Time;
  /** Not before: its time, the end of a claim, the next try; the end of time when it was given up. */
  next_at: Time;
  payload: Uint8Array;
  /** Who claimed it last; '' = nobody yet. */
  owner: string;
  /** Rises with every claim and every change by those who schedule. */
  epoch: bigint;
  /** Failures so far. */
  attempts: number;
  last_error: string;
}

/** What a database has whose processes share recurring work and locks. */
export interface ScheduleTables {
  named_lock: LockTable;
  schedule_task: TaskTable;
  timer: TimerTable;
}

/** Kysely is invariant in its tables; a database that has more than these is used as one that has these. */
export const ownTables = <DB extends ScheduleTables>(tx: Transaction<DB>): Transaction<ScheduleTables> =>
  tx as unknown as Transaction<ScheduleTables>;

export const ownSql = <DB extends ScheduleTables>(sql: Sql<DB>): Sql<ScheduleTables> =>
  sql as unknown as Sql<ScheduleTables>;
