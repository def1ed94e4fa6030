import { type Sql } from '@storey/sql';
import { ownSql, type ScheduleTables, type TaskTable } from './tables.js';

/** Recurring work as people look at it. Times are epoch ms; absent: never yet. */
export interface TaskStatus {
  readonly name: string;
  readonly plan: string;
  readonly nextAt: number;
  readonly lastStartedAt: number | undefined;
  readonly lastEndedAt: number | undefined;
  readonly lastMs: number;
  readonly lastOutcome: TaskTable['last_outcome'];
  /** Of the last run; '' when it went well. */
  readonly lastError: string;
  readonly lastRunner: string;
  readonly runs: number;
  readonly failures: number;
}

/** Every task that was ever registered in this database, by name. */
export async function listTasks<DB extends ScheduleTables>(sql: Sql<DB>): Promise<readonly TaskStatus[]> {
  const rows = await ownSql(sql).read.selectFrom('schedule_task').selectAll().orderBy('name').execute();
  return rows.map((row) => ({
    name: row.name,
    plan: row.plan,
    nextAt: Number(row.next_at),
    lastStartedAt: timeOf(row.last_started_at),
    lastEndedAt: timeOf(row.last_ended_at),
    lastMs: row.last_ms,
    lastOutcome: row.last_outcome,
    lastError: row.last_error,
    lastRunner: row.last_runner,
    runs: Number(row.runs),
    failures: Number(row.failures),
  }));
}

/** Makes a task due now, unless it is running. @returns whether there is such a task. */
export async function runSoon<DB extends ScheduleTables>(
  sql: Sql<DB>,
  name: string,
  now: number,
): Promise<boolean> {
  return ownSql(sql).transaction(async (tx) => {
    const row = tx.updateTable('schedule_task').set({ next_at: now }).where('name', '=', name);
    const { numUpdatedRows } = await row.executeTakeFirstOrThrow();
    return numUpdatedRows === 1n;
  });
}

const timeOf = (time: bigint): number | undefined => (time === 0n ? undefined : Number(time));
