import { setTimeout as sleep } from 'node:timers/promises';
import { FakeClock, SeededRandom } from '@storey/context';
import { Metrics, createLogger, type Logger } from '@storey/observability';
import { openSql, type Sql } from '@storey/sql';
import { testDatabaseUrl } from '@storey/testing';
import {
  Locks,
  createScheduleTables,
  startScheduler,
  type LocksOptions,
  type ScheduleTables,
  type Scheduler,
  type SchedulerOptions,
  type Task,
} from '../src/index.js';

export const HOUR_MS = 3_600_000;
export const LIFE_MS = 30_000;

interface Stoppable {
  close(): Promise<void>;
}

/** One database, and those who share it, on a clock that is turned by hand. */
export class Fixture implements AsyncDisposable {
  readonly clock = new FakeClock();
  readonly metrics = Metrics.create({ defaults: false });
  readonly lines: string[] = [];
  readonly logger: Logger = createLogger('warn', { write: (line) => void this.lines.push(line) });
  readonly errors: unknown[] = [];
  readonly #started = new Set<Stoppable>();

  private constructor(
    readonly sql: Sql<ScheduleTables & Played>,
    private readonly statements: () => number,
  ) {}

  static async open(): Promise<Fixture> {
    let statements = 0;
    const onStatement = (): void => void (statements += 1);
    const sql = await openSql<ScheduleTables & Played>(testDatabaseUrl(), { migrations, onStatement });
    return new Fixture(sql, () => statements);
  }

  /** Each with an owner of its own, as another process has. */
  locks(options: Partial<LocksOptions> = {}): Locks {
    return Locks.over(this.sql, {
      clock: this.clock,
      lifeMs: LIFE_MS,
      onError: (error) => this.errors.push(error),
      ...options,
    });
  }

  scheduler(tasks: readonly Task[], options: Partial<SchedulerOptions> = {}): Scheduler {
    const { clock, logger, metrics } = this;
    const given = { clock, logger, metrics, random: new SeededRandom(7), lifeMs: LIFE_MS };
    return this.started(startScheduler(this.sql, tasks, { ...given, ...options }));
  }

  /** Closed at the end. */
  started<T extends Stoppable>(part: T): T {
    this.#started.add(part);
    return part;
  }

  async close(part: Stoppable): Promise<void> {
    this.#started.delete(part);
    await part.close();
  }

  /** Turns the clock in steps, with time between for what a database does. */
  async advance(ms: number, step = 1000): Promise<void> {
    for (let left = ms; left > 0; left -= step) {
      await this.clock.advance(Math.min(step, left));
      await this.settle();
    }
  }

  /** Until nothing has gone on for some turns of the event loop; a server is given real time to answer. */
  async settle(): Promise<void> {
    for (let seen = -1; seen !== this.statements();) {
      seen = this.statements();
      for (let i = 0; i < 40; i += 1) await new Promise((resolve) => setImmediate(resolve));
      if (isServer) await sleep(8);
    }
  }

  /** What effects wrote, in order. */
  async played(): Promise<string[]> {
    const rows = await this.sql.read.selectFrom('played').selectAll().orderBy('n').execute();
    return rows.map(({ text }) => text);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const part of this.#started) await this.close(part);
    await this.sql.close();
  }
}

const isServer = testDatabaseUrl().startsWith('mysql');

/** Where effects of tests go. */
export interface Played {
  played: { n: number; text: string };
}

export const migrations = {
  '0001-schedule': { up: createScheduleTables },
  '0002-played': {
    up: (db: Parameters<typeof createScheduleTables>[0]) =>
      db.schema
        .createTable('played')
        .addColumn('n', 'integer', (column) => column.notNull())
        .addColumn('text', 'varchar(100)', (column) => column.notNull())
        .execute(),
  },
};
