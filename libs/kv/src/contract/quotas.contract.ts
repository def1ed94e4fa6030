import { type QuotaResult } from '../kv.js';
import { type Suite, describe, expect } from './suite.js';

const LIMIT = 6;
const allowed = { allowed: true, retryAfterMs: 0 };

export function quotas({ kv, time, test }: Suite): void {
  const take = ({ cost = 1 } = {}) => kv().takeQuota('q', { limit: LIMIT, windowMs: time().windowMs, cost });
  /** Refused for `ms`, less what has passed meanwhile. */
  const expectRefused = ({ allowed, retryAfterMs }: QuotaResult, ms: number): void => {
    expect(allowed).toBe(false);
    expect(retryAfterMs).toBeLessThanOrEqual(ms);
    expect(retryAfterMs).toBeGreaterThan(ms - time().tickMs);
  };

  describe('takeQuota', () => {
    test('lets the limit pass and refuses the next, saying when', async () => {
      for (let n = 0; n < LIMIT; n += 1) expect(await take()).toEqual(allowed);
      expectRefused(await take(), time().windowMs);
    });

    test('keeps its word: refused until retryAfterMs, allowed then', async () => {
      const { windowMs, tickMs } = time();
      await take();
      await time().advance(windowMs / 2);
      await take({ cost: 5 });
      expectRefused(await take(), windowMs / 2);
      await time().advance(windowMs / 2 - tickMs);
      expectRefused(await take(), tickMs);
      await time().advance(tickMs);
      expect(await take()).toEqual(allowed);
      expectRefused(await take(), windowMs / 2);
    });

    test('never lets more than the limit pass in any window, whenever it is asked', async () => {
      const { windowMs } = time();
      const passed: { readonly before: number; readonly after: number }[] = [];
      for (let n = 0; n < 150; n += 1) {
        const before = time().now();
        if ((await take()).allowed) passed.push({ before, after: time().now() });
        await time().advance(((n * 7919) % 40) * (windowMs / 600));
      }
      expect(passed.length).toBeGreaterThan(LIMIT * 2);
      const tooSoon = passed.filter(({ after }, n) => {
        const first = passed[n - LIMIT];
        return first !== undefined && after - first.before < windowMs;
      });
      expect(tooSoon).toEqual([]);
    });

    test('is full again after a window of rest, and no fuller', async () => {
      await take({ cost: 6 });
      await time().advance(time().windowMs * 2);
      expect(await take({ cost: 6 })).toEqual(allowed);
      expect((await take()).allowed).toBe(false);
    });

    test('a refused call takes nothing', async () => {
      await take({ cost: 4 });
      expectRefused(await take({ cost: 3 }), time().windowMs);
      expect(await take({ cost: 2 })).toEqual(allowed);
    });

    test('cost 0 looks: it answers as for one and takes nothing', async () => {
      for (let n = 0; n < 20; n += 1) expect(await take({ cost: 0 })).toEqual(allowed);
      await take({ cost: 6 });
      expectRefused(await take({ cost: 0 }), time().windowMs);
      await time().advance(time().windowMs);
      expect(await take({ cost: 0 })).toEqual(allowed);
      expect(await take()).toEqual(allowed);
    });

    test('of many at once only the limit passes', async () => {
      const answers = await Promise.all(Array.from({ length: 20 }, () => take()));
      expect(answers.filter((answer) => answer.allowed)).toHaveLength(LIMIT);
    });

    test('a clock set back by hours does not lock anybody out for hours', async () => {
      await take({ cost: 6 });
      await time().setBack(3_600_000, 'q');
      expectRefused(await take(), time().windowMs);
      await time().advance(time().windowMs);
      expect(await take()).toEqual(allowed);
    });
  });
}
