import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { wilson } from '../index.js';

const votes = fc.bigInt({ min: 0n, max: 1_000_000n });
const more = fc.bigInt({ min: 1n, max: 1_000n });

describe('wilson', () => {
  it.each([
    [0n, 0n, 0],
    [0n, 5n, 0],
    [1n, 0n, 0.206549],
    [10n, 0n, 0.722467],
    [1n, 1n, 0.094531],
    [600n, 400n, 0.569309],
  ])('of %s likes and %s dislikes is known', (likes, dislikes, score) => {
    expect(wilson(likes, dislikes)).toBeCloseTo(score, 5);
  });

  it('of one like among very many votes is a fixed part of a vote', () => {
    // 1 / 5.664937, by the formula.
    expect(wilson(1n, 10n ** 15n) * 1e15).toBeCloseTo(0.176525, 6);
  });

  it('stays between 0 and 1', () => {
    fc.assert(
      fc.property(votes, votes, (likes, dislikes) => {
        const score = wilson(likes, dislikes);
        return score >= 0 && score < 1;
      }),
    );
  });

  it('never falls with more likes, and never rises with more dislikes', () => {
    fc.assert(
      fc.property(votes, votes, more, (likes, dislikes, extra) => {
        const score = wilson(likes, dislikes);
        return wilson(likes + extra, dislikes) >= score && wilson(likes, dislikes + extra) <= score;
      }),
      { numRuns: 1_000 },
    );
  });
});
