import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { HOT_HALF_LIFE_MS, hotScore, wilson, type Rated } from '../index.js';

const DAY_MS = 24 * 60 * 60 * 1000;
const NOW = Date.UTC(2026, 0, 1);

const votes = fc.bigInt({ min: 0n, max: 1_000_000n });
const likes = fc.bigInt({ min: 1n, max: 1_000_000n });
const more = fc.bigInt({ min: 1n, max: 1_000n });
/** From 1970 to 2100. */
const createdAt = fc.bigInt({ min: 0n, max: BigInt(Date.UTC(2100, 0, 1)) });
const rated: fc.Arbitrary<Rated> = fc.record({ likes, dislikes: votes, createdAt });

describe('the score of hot', () => {
  it('never falls with more likes, and never rises with more dislikes, at any age', () => {
    fc.assert(
      fc.property(rated, more, (of, extra) => {
        const score = hotScore(of);
        expect(hotScore({ ...of, likes: of.likes + extra })).toBeGreaterThan(score);
        expect(hotScore({ ...of, dislikes: of.dislikes + extra })).toBeLessThanOrEqual(score);
      }),
      { numRuns: 1_000 },
    );
  });

  it('is greater the later a comment was written, by a millisecond too', () => {
    fc.assert(
      fc.property(rated, fc.bigInt({ min: 1n, max: 10n ** 11n }), (of, later) => {
        expect(hotScore({ ...of, createdAt: of.createdAt + later })).toBeGreaterThan(hotScore(of));
      }),
      { numRuns: 1_000 },
    );
  });

  it('orders as bounds that are halved each half-life do, whenever one looks', () => {
    const worth = ({ createdAt, ...of }: Rated, t: number): number =>
      wilson(of.likes, of.dislikes) * 2 ** ((Number(createdAt) - t) / HOT_HALF_LIFE_MS);
    const recent = fc.record({
      likes,
      dislikes: votes,
      createdAt: fc.bigInt({ min: BigInt(NOW - 400 * DAY_MS), max: BigInt(NOW) }),
    });
    const later = fc.integer({ min: 0, max: 400 * DAY_MS });
    fc.assert(
      fc.property(recent, recent, later, (a, b, ms) => {
        const quotient = worth(a, NOW + ms) / worth(b, NOW + ms);
        expect(hotScore(a) - hotScore(b)).toBeCloseTo(Math.log2(quotient), 9);
      }),
      { numRuns: 1_000 },
    );
  });

  it('is 0 without a like, and above 0 with one, however old it is and however many dislike it', () => {
    fc.assert(
      fc.property(votes, createdAt, (dislikes, at) => hotScore({ likes: 0n, dislikes, createdAt: at }) === 0),
    );
    expect(hotScore({ likes: 1n, dislikes: 2n ** 64n, createdAt: 0n })).toBeGreaterThan(0);
  });

  // The worked example of docs/patterns/hot-ranking.md.
  it.each([
    [1n, 0n, 15.85],
    [3n, 0n, 8.25],
    [10n, 0n, 3.21],
    [40n, 0n, 0.85],
    [40n, 10n, 3.97],
    [10n, 10n, 12.11],
  ])(
    'lets %s likes and %s dislikes pass a favourite with 500 likes when %s days younger',
    (liked, disliked, days) => {
      const favourite = hotScore({ likes: 500n, dislikes: 0n, createdAt: 0n });
      const after = (ms: number): number =>
        hotScore({ likes: liked, dislikes: disliked, createdAt: BigInt(Math.round(ms)) });
      expect(after((days - 0.01) * DAY_MS)).toBeLessThan(favourite);
      expect(after((days + 0.01) * DAY_MS)).toBeGreaterThan(favourite);
    },
  );
});
