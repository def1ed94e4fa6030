import { describe, expect, it } from '@jest/globals';
import { effectiveTime } from './index.js';

const NOW = 1_800_000_000_000;
const MINUTE = 60_000;

describe('the effective time', () => {
  const table: readonly (readonly [string, Parameters<typeof effectiveTime>[0], number])[] = [
    ['is now without a time', {}, NOW],
    ['is the time told, when that is past', { at: NOW - 5 }, NOW - 5],
    ['is never later than now', { at: NOW + 5 * MINUTE }, NOW],
    ['ignores a skew of a minute', { at: NOW - 5, sentAt: NOW - MINUTE }, NOW - 5],
    [
      'is put right by a skew of more',
      { at: NOW - 100 * MINUTE, sentAt: NOW - 90 * MINUTE },
      NOW - 10 * MINUTE,
    ],
    [
      'is put right of a clock that is ahead',
      { at: NOW + 80 * MINUTE, sentAt: NOW + 90 * MINUTE },
      NOW - 10 * MINUTE,
    ],
    ['is at least 1, as 0 says there is none', { at: -5 }, 1],
  ];
  it.each(table)('%s', (_, times, expected) => {
    expect(effectiveTime(times, NOW)).toBe(expected);
  });

  it.each([{ at: NOW + 5 * MINUTE + 1 }, { at: NOW, sentAt: NOW - 6 * MINUTE }])(
    'is refused when more than 5 min ahead after that: %o',
    (times) => {
      const act = () => effectiveTime(times, NOW);
      expect(act).toThrow(expect.objectContaining({ code: 'HISTORY_TIME_INVALID', kind: 'unprocessable' }));
    },
  );
});
