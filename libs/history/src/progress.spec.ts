import { describe, expect, it } from '@jest/globals';
import { isFinished, isStarted } from './index.js';

describe('progress', () => {
  it.each([
    [-1, 0, true],
    [89, 100, false],
    [90, 100, true],
    [500, 100, true],
    [2 ** 31 - 1, 0, false],
    [2 ** 31 - 1, 2 ** 31 - 1, true],
  ])('of %i in %i is finished: %p', (progress, duration, expected) => {
    expect(isFinished({ progress, duration })).toBe(expected);
  });

  it.each([
    [0, 100, false],
    [1, 119, true],
    [6, 120, false],
    [29, 120, false],
    [30, 120, true],
    [49, 1000, false],
    [50, 1000, true],
    [900, 1000, false],
    [-1, 1000, false],
    [29, 0, false],
    [30, 0, true],
  ])('of %i in %i is on the shelf: %p', (progress, duration, expected) => {
    expect(isStarted({ progress, duration })).toBe(expected);
  });
});
