import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '@storey/context';
import { BusySubjects } from './busy-subjects.js';

describe('BusySubjects', () => {
  it('names who takes a tenth of the time or more, the busiest first', async () => {
    const clock = new FakeClock();
    const subjects = new BusySubjects(clock);
    for (let second = 0; second < 15; second += 1) {
      subjects.add('video/loud', 800);
      subjects.add('video/lively', 300);
      subjects.add('video/quiet', 20);
      await clock.advance(1000);
    }
    expect(subjects.dominating()).toEqual([
      ['video/loud', 0.8],
      ['video/lively', 0.3],
    ]);
  });

  it('forgets who has become quiet', async () => {
    const clock = new FakeClock();
    const subjects = new BusySubjects(clock);
    subjects.add('video/loud', 14_000);
    await clock.advance(15_000);
    expect(subjects.dominating()).toHaveLength(1);
    await clock.advance(15_000);
    expect(subjects.dominating()).toEqual([]);
  });

  it('finds the busy ones among any number, and tells of ten at most', async () => {
    const clock = new FakeClock();
    const subjects = new BusySubjects(clock);
    for (let n = 0; n < 20_000; n += 1) {
      subjects.add(`video/${n}`, 1);
      if (n % 10 === 0) subjects.add(`video/loud${(n / 10) % 12}`, 100);
    }
    await clock.advance(14_000);
    const told = subjects.dominating();
    expect(told).toHaveLength(10);
    expect(told.every(([subject]) => subject.startsWith('video/loud'))).toBe(true);
  });
});
