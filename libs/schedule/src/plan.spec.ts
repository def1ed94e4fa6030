import { describe, expect, it } from '@jest/globals';
import { SeededRandom } from '@storey/context';
import { checkPlan, dueTime, firstTime, isMissed, nextTime, planText } from './plan.js';
import { type Plan, type Task } from './task.js';

const HOUR_MS = 3_600_000;
const random = new SeededRandom(3);
const noon = Date.UTC(2026, 0, 1, 12);

const task = (plan: Plan, more: Partial<Task> = {}): Task => ({
  name: 't',
  plan,
  jitterMs: 0,
  run: () => Promise.resolve(),
  ...more,
});

describe('a plan', () => {
  it('with an interval begins at once and goes on that long after the end of a run', () => {
    const hourly = task({ everyMs: HOUR_MS });
    expect(firstTime(hourly, noon, random)).toBe(noon);
    expect(nextTime(hourly, noon, random)).toBe(noon + HOUR_MS);
  });

  it('with a time of day is at the next such time, never at the one that is', () => {
    const daily = task({ dailyAt: '12:00' });
    expect(firstTime(daily, noon - 1, random)).toBe(noon);
    expect(nextTime(daily, noon, random)).toBe(noon + 24 * HOUR_MS);
    expect(nextTime(task({ dailyAt: '03:30' }), noon, random)).toBe(noon + 15.5 * HOUR_MS);
  });

  it('is put off by a jitter below the one that is allowed', () => {
    const times = Array.from({ length: 500 }, () =>
      nextTime(task({ everyMs: HOUR_MS }, { jitterMs: 1000 }), noon, random),
    );
    expect(Math.min(...times)).toBeGreaterThanOrEqual(noon + HOUR_MS);
    expect(Math.max(...times)).toBeLessThan(noon + HOUR_MS + 1000);
    expect(new Set(times).size).toBeGreaterThan(300);
  });

  it('is due now when it is far further off than it can be, not for a clock that differs a little', () => {
    const hourly = task({ everyMs: HOUR_MS });
    const furthest = noon + 2 * HOUR_MS + 60_000;
    expect(dueTime(hourly, furthest, noon)).toBe(furthest);
    expect(dueTime(hourly, furthest + 1, noon)).toBe(noon);
  });

  it('is missed by a tenth of its interval, a minute at least', () => {
    const late = (plan: Plan, ms: number): boolean => isMissed(task(plan), noon, noon + ms);
    expect([late({ everyMs: HOUR_MS }, 360_000), late({ everyMs: HOUR_MS }, 360_001)]).toEqual([false, true]);
    expect([late({ everyMs: 1000 }, 60_000), late({ everyMs: 1000 }, 60_001)]).toEqual([false, true]);
  });

  it.each([{ everyMs: 0 }, { everyMs: -1 }, { dailyAt: '24:00' }, { dailyAt: '3:30' }] satisfies Plan[])(
    '%j is refused',
    (plan) => {
      expect(() => checkPlan(task(plan))).toThrow(planText(plan));
    },
  );
});
