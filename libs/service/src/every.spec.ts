import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '@storey/context';
import { every } from './every.js';

describe('every', () => {
  it('runs at once, again after each interval, and no more when it was stopped', async () => {
    const clock = new FakeClock();
    let runs = 0;
    const stop = every(async () => (runs += 1), { clock, everyMs: 10, onError: () => undefined });
    await clock.advance(0);
    await clock.advance(25);
    expect(runs).toBe(3);
    await stop();
    await clock.advance(100);
    expect([runs, clock.pendingTimers]).toEqual([3, 0]);
  });

  it('goes on after a failure and tells each row of failures once', async () => {
    const clock = new FakeClock();
    const told: unknown[] = [];
    const outcomes = ['bad', 'bad', 'good', 'bad'];
    const work = async (): Promise<void> => {
      if (outcomes.shift() === 'bad') throw new Error('bad');
    };
    const stop = every(work, { clock, everyMs: 10, onError: (error) => told.push(error) });
    await clock.advance(0);
    await clock.advance(30);
    await stop();
    expect([outcomes.length, told.length]).toEqual([0, 2]);
  });
});
