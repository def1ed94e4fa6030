import { type Selectable, type Transaction } from 'kysely';
import { type Random } from '@storey/context';
import { forUpdate, insertIgnore, type Sql } from '@storey/sql';
import { fenced, type Fence } from './fence.js';
import { freeLock, isFree, takeLock } from './lock-rows.js';
import { firstTime, dueTime, isMissed, nextTime, planText } from './plan.js';
import { type Task } from './task.js';
import { type ScheduleTables, type TaskTable } from './tables.js';

const TIMEOUT_MS = 5000;
const MAX_ERROR = 500;

type Tx = Transaction<ScheduleTables>;

export interface Due {
  readonly task: Task;
  /** From when on somebody may begin it, epoch ms: its time, and the end of the lock of whoever runs it. */
  readonly at: number;
}

export interface Ended {
  readonly outcome: 'ok' | 'failed' | 'interrupted';
  readonly error: unknown;
  readonly startedAt: number;
  readonly tookMs: number;
}

/** The rows of tasks and their locks. */
export class TaskRows {
  readonly #sql: Sql<ScheduleTables>;
  readonly #random: Random;
  readonly #lifeMs: number;

  constructor(sql: Sql<ScheduleTables>, random: Random, lifeMs: number) {
    this.#sql = sql;
    this.#random = random;
    this.#lifeMs = lifeMs;
  }

  /** Makes rows of tasks that have none, and plans anew those whose plan has changed. */
  async register(tasks: readonly Task[], now: number): Promise<void> {
    await this.#write(async (tx) => {
      for (const task of tasks) {
        const planned = { plan: planText(task.plan), next_at: firstTime(task, now, this.#random) };
        await insertIgnore(tx, 'schedule_task', { ...NEVER, ...planned, name: task.name }, ['name']);
        const row = tx.updateTable('schedule_task').set(planned).where('name', '=', task.name);
        await row.where('plan', '!=', planned.plan).execute();
      }
    });
  }

  async due(tasks: readonly Task[], now: number): Promise<Due[]> {
    const names = tasks.map(({ name }) => name);
    const { read } = this.#sql;
    const rows = await read
      .selectFrom('schedule_task')
      .select(['name', 'next_at'])
      .where('name', 'in', names)
      .execute();
    const locks = await read
      .selectFrom('named_lock')
      .selectAll()
      .where('name', 'in', names.map(lockOf))
      .execute();
    return tasks.map((task) => {
      const nextAt = Number(rows.find(({ name }) => name === task.name)?.next_at ?? now);
      const lock = locks.find(({ name }) => name === lockOf(task.name));
      const held = lock && !isFree(lock, now, this.#lifeMs) ? Number(lock.lease_until) : 0;
      return { task, at: Math.max(dueTime(task, nextAt, now), held) };
    });
  }

  /** Takes the lock of a task if it is due and nobody runs it. @returns `skipped`: its time had passed unnoticed. */
  claim(task: Task, owner: string, now: number): Promise<Fence | 'skipped' | undefined> {
    return this.#write(async (tx) => {
      const fence = await takeLock(tx, { name: lockOf(task.name), owner, now, lifeMs: this.#lifeMs });
      if (!fence) return undefined;
      const row = await forUpdate(
        tx.selectFrom('schedule_task').select('next_at').where('name', '=', task.name),
      ).executeTakeFirstOrThrow();
      const nextAt = Number(row.next_at);
      const due = dueTime(task, nextAt, now) <= now;
      if (due && !(task.catchUp === 'skip' && isMissed(task, nextAt, now))) {
        await change(tx, task, { last_started_at: now, last_runner: owner });
        return fence;
      }
      await freeLock(tx, fence);
      if (!due) return undefined;
      await change(tx, task, {
        next_at: nextTime(task, now, this.#random),
        last_outcome: 'skipped',
        last_error: '',
      });
      return 'skipped';
    });
  }

  /**
   * Notes the end of a run, plans the next one and frees the lock, if it was not lost. One that was interrupted is due
   * as before: another process takes it.
   */
  end(task: Task, fence: Fence, { outcome, error, startedAt, tookMs }: Ended, now: number): Promise<void> {
    return this.#write((tx) =>
      fenced(tx, fence, async () => {
        const next = nextTime(task, Math.max(now, startedAt), this.#random);
        await change(tx, task, {
          ...(outcome !== 'interrupted' && { next_at: next }),
          last_ended_at: now,
          last_ms: Math.round(tookMs),
          last_outcome: outcome,
          last_error: outcome === 'ok' ? '' : String(error).slice(0, MAX_ERROR),
        });
        await count(tx, task, outcome);
        await freeLock(tx, fence);
      }),
    );
  }

  #write<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.#sql.transaction(work, { timeoutMs: TIMEOUT_MS });
  }
}

const lockOf = (task: string): string => `task/${task}`;

const NEVER: Omit<Selectable<TaskTable>, 'name' | 'plan' | 'next_at'> = {
  last_started_at: 0n,
  last_ended_at: 0n,
  last_ms: 0,
  last_outcome: '',
  last_error: '',
  last_runner: '',
  runs: 0n,
  failures: 0n,
};

type Change = Partial<Record<keyof TaskTable, string | number | bigint>>;

async function change(tx: Tx, { name }: Task, set: Change): Promise<void> {
  await tx
    .updateTable('schedule_task')
    .set(set as object)
    .where('name', '=', name)
    .execute();
}

async function count(tx: Tx, { name }: Task, outcome: Ended['outcome']): Promise<void> {
  const failed = outcome === 'failed' ? 1n : 0n;
  await tx
    .updateTable('schedule_task')
    .set(({ eb }) => ({ runs: eb('runs', '+', 1n), failures: eb('failures', '+', failed) }))
    .where('name', '=', name)
    .execute();
}
