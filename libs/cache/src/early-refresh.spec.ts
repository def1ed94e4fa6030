import { describe, expect, it } from '@jest/globals';
import { SeededRandom } from '@storey/context';
import { refreshesEarly } from './early-refresh.js';

const READS = 10_000;

function share(remainingMs: number, costMs: number, beta = 1): number {
  const random = new SeededRandom(7);
  let early = 0;
  for (let i = 0; i < READS; i += 1) if (refreshesEarly(remainingMs, costMs, { beta, random })) early += 1;
  return early / READS;
}

describe('an early refresh', () => {
  it('is as likely as e^(-remaining / (cost × beta))', () => {
    expect(share(100, 100)).toBeCloseTo(Math.exp(-1), 1);
    expect(share(200, 100)).toBeCloseTo(Math.exp(-2), 1);
    expect(share(200, 100, 2)).toBeCloseTo(Math.exp(-1), 1);
    expect(share(1000, 100)).toBeLessThan(0.001);
  });

  it('is certain when the time is over, and never happens for what costs nothing', () => {
    expect(share(0, 100)).toBe(1);
    expect(share(-1, 100)).toBe(1);
    expect(share(0, 0)).toBe(0);
    expect(share(0, 100, 0)).toBe(0);
  });
});
