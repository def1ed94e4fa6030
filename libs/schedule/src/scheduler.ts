import {
  newTraceId,
  noFaults,
  runInContext,
  systemClock,
  systemRandom,
  type Clock,
  type FaultPoint,
  type Random,
} from '@storey/context';
import { isAppError } from '@storey/errors';
import { type Logger, type Metrics } from '@storey/observability';
import { type Sql } from '@storey/sql';
import { Alarm } from './alarm.js';
import { type Lock } from './lock.js';
import { Locks } from './locks.js';
import { checkPlan } from './plan.js';
import { runTask, type Ran } from './run-task.js';
import { scheduleMetrics, type ScheduleMetrics } from './schedule-metrics.js';
import { ownSql, type ScheduleTables } from './tables.js';
import { TaskRows, type Due } from './task-rows.js';
import { type Task } from './task.js';
import { within } from './within.js';

/** What other processes did, and what was asked for by hand, is seen this late at most. */
const LOOK_MS = 10_000;
/** After a look or a claim that came to nothing. */
const AGAIN_MS = 1000;
/** More that are due wait. */
const MAX_RUNS = 4;
const CLOSE_MS = 8000;
const MAX_NAME = 100;

export interface SchedulerOptions {
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly faultPoint?: FaultPoint;
  /** How long the lock of a run outlives its process; the same in all that share the database. Default 30 s. */
  readonly lifeMs?: number;
  /** Names this process in the rows. */
  readonly runner?: string;
}

type Resolved = SchedulerOptions & Required<Pick<SchedulerOptions, 'clock' | 'random' | 'faultPoint'>>;

/** Runs tasks when they are due, each in one process of those that share a database. Starts with its construction. */
class Scheduler {
  readonly #tasks: readonly Task[];
  readonly #options: Resolved;
  readonly #locks: Locks;
  readonly #rows: TaskRows;
  readonly #metrics: ScheduleMetrics;
  readonly #alarm: Alarm;
  readonly #closing = new AbortController();
  readonly #closed = Promise.withResolvers<void>();
  /** By name. One whose work goes on after its signal aborted stays here, so that it is not begun again. */
  readonly #runs = new Map<string, Promise<void>>();
  readonly #running: Promise<void>;
  #registered = false;
  #failing = false;

  constructor(sql: Sql<ScheduleTables>, tasks: readonly Task[], options: Resolved) {
    this.#tasks = tasks;
    this.#options = options;
    const { clock, logger, lifeMs, runner } = options;
    this.#locks = Locks.over(sql, {
      clock,
      onError: (error) => logger.warn('the lock of a task was not renewed', { cause: String(error) }),
      ...(lifeMs !== undefined && { lifeMs }),
      ...(runner !== undefined && { label: runner }),
    });
    this.#rows = new TaskRows(sql, options.random, this.#locks.lifeMs);
    this.#metrics = scheduleMetrics(options.metrics);
    this.#alarm = new Alarm(clock);
    this.#running = this.#loop();
  }

  /** Looks at once, as after a change of the rows by hand. */
  wake(): void {
    this.#alarm.wake();
  }

  /** Aborts what runs and waits for its end, eight seconds at most. What was interrupted is taken up by others. */
  async close(): Promise<void> {
    this.#closing.abort(new Error('The process ends.'));
    this.#closed.resolve();
    this.#alarm.wake();
    const ended = this.#running.then(() => Promise.all(this.#runs.values()));
    await within(CLOSE_MS, ended, this.#options.clock);
  }

  async #loop(): Promise<void> {
    while (!this.#closing.signal.aborted) await this.#alarm.wait(await this.#look());
  }

  /** Begins what is due. @returns how long there is nothing to do, ms. */
  async #look(): Promise<number> {
    const { clock, logger } = this.#options;
    try {
      if (!this.#registered) await this.#rows.register(this.#tasks, clock.now());
      this.#registered = true;
      const all = await this.#rows.due(this.#tasks, clock.now());
      this.#failing = false;
      return this.#beginDue(all);
    } catch (error) {
      if (!this.#failing) logger.error('recurring work is not looked at', error);
      this.#failing = true;
      return AGAIN_MS;
    }
  }

  #beginDue(all: readonly Due[]): number {
    const now = this.#options.clock.now();
    const idle = all.filter(({ task }) => !this.#runs.has(task.name)).sort((a, b) => a.at - b.at);
    for (const { task, at } of idle) this.#metrics.late(task.name, Math.max(0, now - at));
    const due = idle.filter(({ at }) => at <= now);
    for (const { task } of due.slice(0, Math.max(0, MAX_RUNS - this.#runs.size))) this.#begin(task);
    return Math.min(LOOK_MS, ...idle.slice(due.length).map(({ at }) => at - now));
  }

  #begin(task: Task): void {
    const context = { traceId: newTraceId(), priority: 'sheddable' } as const;
    const run = runInContext(context, () => this.#attempt(task)).finally(() => {
      this.#runs.delete(task.name);
      this.#alarm.wake();
    });
    this.#runs.set(task.name, run);
  }

  /** Never throws. What could not be noted is run again when the lock has ended. */
  async #attempt(task: Task): Promise<void> {
    const { clock, logger } = this.#options;
    try {
      const began = clock.monotonic();
      const claim = await this.#rows.claim(task, this.#locks.owner, clock.now());
      if (claim === 'skipped') this.#metrics.ended(task.name, 'skipped', 0);
      else if (claim) await this.#holding(task, this.#locks.hold(claim, began));
    } catch (error) {
      logger.error(`a run could not be begun or noted: ${task.name}`, error);
      await within(AGAIN_MS, this.#closed.promise, clock);
    }
  }

  async #holding(task: Task, lock: Lock): Promise<void> {
    const { clock, faultPoint } = this.#options;
    try {
      faultPoint('schedule.claimed');
      const ran = await runTask(task, lock, clock, this.#closing.signal);
      faultPoint('schedule.applied');
      const noted = await this.#note(task, lock, ran);
      lock.abandon();
      this.#tell(task, noted);
      await ran.end;
    } finally {
      lock.abandon();
    }
  }

  /** A run that another has taken over meanwhile is lost, however it ended. */
  async #note(task: Task, lock: Lock, ran: Ran): Promise<Ran> {
    const { outcome } = ran;
    if (outcome === 'lost') return ran;
    try {
      await this.#rows.end(task, lock, { ...ran, outcome }, this.#options.clock.now());
      return ran;
    } catch (error) {
      if (isAppError(error) && error.code === 'LOCK_LOST') return { ...ran, outcome: 'lost', error };
      throw error;
    }
  }

  #tell(task: Task, { outcome, error, tookMs }: Ran): void {
    this.#metrics.ended(task.name, outcome, tookMs);
    if (outcome === 'failed' || outcome === 'lost')
      this.#options.logger.error(
        `a run has ${outcome === 'lost' ? 'lost its lock' : 'failed'}: ${task.name}`,
        error,
      );
  }
}

export type { Scheduler };

/**
 * Starts to run `tasks`. Every process of the database may, with the same tasks or others: each runs what it was given.
 * @throws TypeError for two tasks of one name and for plans that can't be kept.
 */
export function startScheduler<DB extends ScheduleTables>(
  sql: Sql<DB>,
  tasks: readonly Task[],
  options: SchedulerOptions,
): Scheduler {
  for (const task of tasks) checkPlan(task);
  const names = tasks.map(({ name }) => name);
  const wrong = names.find((name, at) => name.length > MAX_NAME || names.indexOf(name) !== at);
  if (wrong !== undefined) throw new TypeError(`The task "${wrong}" is there twice, or its name is too long`);
  const defaults = { clock: systemClock, random: systemRandom, faultPoint: noFaults };
  return new Scheduler(ownSql(sql), tasks, { ...defaults, ...options });
}
