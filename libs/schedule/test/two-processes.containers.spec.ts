import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { systemClock } from '@storey/context';
import { Metrics, createLogger } from '@storey/observability';
import { openSql, type Sql } from '@storey/sql';
import { dropTestDatabases, eventually, mysqlTestUrl } from '@storey/testing';
import {
  TIMERS_TAG,
  scheduleTimer,
  startScheduler,
  startTimers,
  type ScheduleTables,
  type Timers,
} from '../src/index.js';
import { migrations, type Played } from './fixture.js';

/** Two processes on one server, by the real clock. */
type Db = ScheduleTables & Played;
const options = { logger: createLogger('warn'), metrics: Metrics.create({ defaults: false }) };
const NOTHING = new Uint8Array();
const sequence = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

let here: Sql<Db>;
let there: Sql<Db>;

beforeAll(async () => {
  const url = mysqlTestUrl();
  here = await openSql<Db>(url, { migrations });
  there = await openSql<Db>(url, { migrations });
});

afterAll(async () => {
  await Promise.all([here.close(), there.close()]);
  await dropTestDatabases();
});

const schedule = (sql: Sql<Db>, kind: string, ids: readonly string[], at: number): Promise<void> =>
  sql.transaction(
    async (tx) => {
      for (const id of ids) await scheduleTimer(tx, { id, kind, at, payload: NOTHING });
    },
    { notify: TIMERS_TAG, timeoutMs: 5000 },
  );

const playing = (sql: Sql<Db>, kind: string): Timers =>
  startTimers(
    sql,
    { [kind]: { apply: (tx, { id }) => tx.insertInto('played').values({ n: 0, text: id }).execute() } },
    options,
  );

const played = async (kind: string): Promise<string[]> => {
  const query = here.read.selectFrom('played').selectAll().where('text', 'like', `${kind}%`);
  return (await query.execute()).map(({ text }) => text).toSorted();
};

describe('timers of one kind in two processes', () => {
  it('go off once each while more are scheduled from both', async () => {
    const both = [playing(here, 'busy'), playing(there, 'busy')];
    const all = sequence(600).map((n) => `busy ${n}`);
    await Promise.all([
      schedule(here, 'busy', all.slice(0, 300), systemClock.now()),
      schedule(there, 'busy', all.slice(300), systemClock.now() + 300),
    ]);
    await eventually(async () => expect(await played('busy')).toEqual(all.toSorted()), { timeoutMs: 20_000 });
    await Promise.all(both.map((timers) => timers.close()));
  });

  it('do not wait for one that was stopped in the middle of a batch, and its effects are not doubled', async () => {
    const inside = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    await schedule(
      here,
      'stopped',
      sequence(100).map((n) => `stopped ${n}`),
      systemClock.now(),
    );
    const stopped = startTimers(
      here,
      {
        stopped: {
          apply: async (tx, { id }) => {
            await tx.insertInto('played').values({ n: 1, text: id }).execute();
            inside.resolve();
            await goOn.promise; // as a process does that got SIGSTOP
          },
        },
      },
      options,
    );
    await inside.promise;
    const live = playing(there, 'stopped');
    const later = sequence(50).map((n) => `stopped later ${n}`);
    await schedule(there, 'stopped', later, systemClock.now());
    await eventually(async () => expect(await played('stopped later')).toHaveLength(50), { timeoutMs: 4000 });
    goOn.resolve();
    await eventually(async () => expect(await played('stopped')).toHaveLength(150), { timeoutMs: 15_000 });
    expect(new Set(await played('stopped')).size).toBe(150);
    await Promise.all([stopped.close(), live.close()]);
  });
});

describe('a task in two processes', () => {
  it('is run by one at a time', async () => {
    let running = 0;
    const most: number[] = [];
    const task = {
      name: 'often',
      plan: { everyMs: 50 },
      run: async () => {
        most.push((running += 1));
        await systemClock.sleep(30);
        running -= 1;
      },
    };
    const both = [here, there].map((sql) => startScheduler(sql, [task], options));
    await eventually(() => expect(most.length).toBeGreaterThan(20), { timeoutMs: 20_000 });
    await Promise.all(both.map((scheduler) => scheduler.close()));
    expect(Math.max(...most)).toBe(1);
  });
});
