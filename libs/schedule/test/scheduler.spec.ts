import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '@storey/context';
import { eventually, faultPoints } from '@storey/testing';
import { fenced, listTasks, runSoon, type Run, type Task } from '../src/index.js';
import { Fixture, HOUR_MS, LIFE_MS } from './fixture.js';

const hourly = (run: Task['run'], more: Partial<Task> = {}): Task => ({
  name: 'sweep',
  plan: { everyMs: HOUR_MS },
  jitterMs: 0,
  run,
  ...more,
});

/** A task that goes on until it is told to end. */
const hanging = () => {
  const runs: Run[] = [];
  const end = Promise.withResolvers<void>();
  const task = hourly((run) => {
    runs.push(run);
    return end.promise;
  });
  return { runs, task, end: end.resolve };
};

describe('a scheduler', () => {
  it('runs a task at once, then an interval after the end of each run', async () => {
    await using f = await Fixture.open();
    let runs = 0;
    f.scheduler([hourly(async () => (runs += 1))]);
    await eventually(() => expect(runs).toBe(1));
    await f.settle();
    await f.advance(HOUR_MS - 1000, 60_000);
    expect(runs).toBe(1);
    await f.advance(1000);
    await eventually(() => expect(runs).toBe(2));
  });

  it('runs each task in one process of many', async () => {
    await using f = await Fixture.open();
    const runners: number[] = [];
    for (const process of [1, 2, 3]) f.scheduler([hourly(async () => runners.push(process))]);
    for (let hours = 1; hours <= 5; hours += 1) {
      await eventually(() => expect(runners).toHaveLength(hours));
      await f.settle();
      await f.advance(HOUR_MS, 60_000);
    }
  });

  it('tells what ran, when, how long, where, and what went wrong', async () => {
    await using f = await Fixture.open();
    const outcomes = [new Error('no disk'), undefined];
    const task = hourly(async () => {
      const outcome = outcomes.shift();
      if (outcome) throw outcome;
    });
    const began = f.clock.now();
    f.scheduler([task], { runner: 'job-1' });
    await eventually(async () =>
      expect(await listTasks(f.sql)).toEqual([
        {
          name: 'sweep',
          plan: 'every 3600000 ms',
          nextAt: began + HOUR_MS,
          lastStartedAt: began,
          lastEndedAt: began,
          lastMs: 0,
          lastOutcome: 'failed',
          lastError: 'Error: no disk',
          lastRunner: expect.stringMatching(/^job-1\//),
          runs: 1,
          failures: 1,
        },
      ]),
    );
    expect(f.lines.filter((line) => line.includes('no disk'))).toHaveLength(1);
    await f.advance(HOUR_MS, 60_000);
    await eventually(async () =>
      expect(await listTasks(f.sql)).toMatchObject([
        { lastOutcome: 'ok', lastError: '', runs: 2, failures: 1, nextAt: began + 2 * HOUR_MS },
      ]),
    );
    const text = await f.metrics.text();
    expect(text).toContain('storey_schedule_runs_total{task="sweep",outcome="failed",app="process"} 1');
    expect(text).toContain('storey_schedule_runs_total{task="sweep",outcome="ok",app="process"} 1');
  });

  it('runs tasks side by side, four at most', async () => {
    await using f = await Fixture.open();
    const { task, runs, end } = hanging();
    f.scheduler(['a', 'b', 'c', 'd', 'e'].map((name) => ({ ...task, name })));
    await eventually(() => expect(runs).toHaveLength(4));
    await f.settle();
    expect(runs).toHaveLength(4);
    end();
    await eventually(() => expect(runs).toHaveLength(5));
  });

  it('takes up a task whose plan has changed, and one that is wanted now', async () => {
    await using f = await Fixture.open();
    let runs = 0;
    const daily = hourly(async () => (runs += 1), { plan: { dailyAt: '06:00' } });
    const first = f.scheduler([daily]);
    await eventually(async () => expect(await listTasks(f.sql)).toHaveLength(1));
    expect(await runSoon(f.sql, 'sweep', f.clock.now())).toBe(true);
    expect(await runSoon(f.sql, 'other', f.clock.now())).toBe(false);
    first.wake();
    await eventually(async () => expect(await listTasks(f.sql)).toMatchObject([{ runs: 1 }]));
    await f.close(first);
    f.scheduler([hourly(daily.run)]);
    await eventually(() => expect(runs).toBe(2));
  });

  it('sets a timer every ten seconds when idle', async () => {
    await using f = await Fixture.open();
    f.scheduler([hourly(() => Promise.resolve(), { plan: { dailyAt: '06:00' } })]);
    await eventually(async () => expect(await listTasks(f.sql)).toHaveLength(1));
    await f.settle();
    let timers = 0;
    const after = f.clock.after.bind(f.clock);
    f.clock.after = (ms, fn) => ((timers += 1), after(ms, fn));
    await f.advance(600_000, 10_000);
    expect(timers).toBeLessThanOrEqual(60);
    expect(f.clock.pendingTimers).toBe(1);
  });

  it('goes on after the database was away, and tells of it once', async () => {
    await using f = await Fixture.open();
    let runs = 0;
    const transaction = f.sql.transaction.bind(f.sql);
    f.sql.transaction = () => Promise.reject(new Error('away'));
    f.scheduler([hourly(async () => (runs += 1))]);
    await f.advance(10_000);
    expect(f.lines).toHaveLength(1);
    f.sql.transaction = transaction;
    await f.advance(2000);
    await eventually(() => expect(runs).toBe(1));
  });

  it('refuses two tasks of one name', async () => {
    await using f = await Fixture.open();
    const task = hourly(() => Promise.resolve());
    expect(() => f.scheduler([task, task])).toThrow('"sweep" is there twice');
  });
});

describe('a run that nobody was there for', () => {
  const away = async (catchUp: 'once' | 'skip') => {
    const f = await Fixture.open();
    const runs: number[] = [];
    const task = hourly(async () => runs.push(f.clock.now()), { plan: { dailyAt: '03:00' }, catchUp });
    const first = f.scheduler([task]);
    await eventually(async () => expect(await listTasks(f.sql)).toHaveLength(1));
    await f.close(first);
    await f.clock.advance(3 * 24 * HOUR_MS + 12 * HOUR_MS);
    f.scheduler([task]);
    return { f, runs, midday: f.clock.now() };
  };

  it('is made up for once, however many there were', async () => {
    const { f, runs, midday } = await away('once');
    await using _ = f;
    await eventually(() => expect(runs).toEqual([midday]));
    await eventually(async () =>
      expect(await listTasks(f.sql)).toMatchObject([{ lastOutcome: 'ok', nextAt: midday + 15 * HOUR_MS }]),
    );
  });

  it('is skipped if so wanted, and the next one is at its usual time', async () => {
    const { f, runs, midday } = await away('skip');
    await using _ = f;
    await eventually(async () =>
      expect(await listTasks(f.sql)).toMatchObject([
        { lastOutcome: 'skipped', nextAt: midday + 15 * HOUR_MS },
      ]),
    );
    await f.advance(15 * HOUR_MS, 600_000);
    await eventually(() => expect(runs).toEqual([midday + 15 * HOUR_MS]));
  });
});

describe('the signal of a run', () => {
  it('aborts at its deadline; the run has failed, and is not begun again while its work goes on', async () => {
    await using f = await Fixture.open();
    const { task, runs, end } = hanging();
    f.scheduler([{ ...task, timeoutMs: 60_000 }]);
    await eventually(() => expect(runs).toHaveLength(1));
    await f.advance(59_000);
    expect([runs[0]?.signal.aborted, runs[0]?.deadline.remainingMs]).toEqual([false, 1000]);
    await f.advance(5000);
    expect(runs[0]?.signal.aborted).toBe(true);
    await eventually(async () => expect(await listTasks(f.sql)).toMatchObject([{ lastOutcome: 'failed' }]));
    await f.advance(2 * HOUR_MS, 60_000);
    expect(runs).toHaveLength(1);
    end();
    await eventually(() => expect(runs).toHaveLength(2));
  });

  it('aborts when the process ends, and another process takes the work up at once', async () => {
    await using f = await Fixture.open();
    const { task, runs } = hanging();
    const first = f.scheduler([task]);
    await eventually(() => expect(runs).toHaveLength(1));
    const closed = f.close(first);
    expect(runs[0]?.signal.aborted).toBe(true);
    await f.advance(10_000);
    await closed;
    expect(await listTasks(f.sql)).toMatchObject([{ lastOutcome: 'interrupted', runs: 1, failures: 0 }]);
    let taken = 0;
    f.scheduler([hourly(async () => (taken += 1))]);
    await eventually(() => expect(taken).toBe(1));
  });

  it('aborts when the lock is lost; what that run writes or ends with has no effect', async () => {
    await using f = await Fixture.open();
    const stopped = new FakeClock(f.clock.now());
    const { task, runs, end } = hanging();
    f.scheduler([task], { clock: stopped });
    await eventually(() => expect(runs).toHaveLength(1));
    await f.advance(LIFE_MS);
    let taken = 0;
    f.scheduler([hourly(async () => (taken += 1))]);
    await eventually(async () => expect(await listTasks(f.sql)).toMatchObject([{ runs: 1 }]));
    expect(taken).toBe(1);
    const fence = runs[0]?.fence;
    if (!fence) throw new Error('nothing runs');
    const write = f.sql.transaction((tx) =>
      fenced(tx, fence, () => tx.insertInto('played').values({ n: 1, text: 'stale' }).execute()),
    );
    await expect(write).rejects.toMatchObject({ code: 'LOCK_LOST' });
    end();
    await eventually(() => expect(f.lines.some((line) => line.includes('lost its lock'))).toBe(true));
    expect(await listTasks(f.sql)).toMatchObject([{ runs: 1, lastOutcome: 'ok' }]);
    expect(await f.played()).toEqual([]);
  });
});

describe('a crash of a run', () => {
  it.each([
    ['schedule.claimed', 0],
    ['schedule.applied', 1],
  ])('at %s is made up for when its lock has ended', async (point, before) => {
    await using f = await Fixture.open();
    let runs = 0;
    const faultPoint = faultPoints({ killAt: `${point}:1:throw`, production: false });
    f.scheduler([hourly(async () => (runs += 1))], { faultPoint });
    await eventually(() => expect(f.lines).toHaveLength(1));
    await f.advance(LIFE_MS - 2000);
    expect(runs).toBe(before);
    await f.advance(14_000);
    await eventually(() => expect(runs).toBe(before + 1));
    await eventually(async () =>
      expect(await listTasks(f.sql)).toMatchObject([{ lastOutcome: 'ok', runs: 1 }]),
    );
  });
});
