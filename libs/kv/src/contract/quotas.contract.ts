import { type Suite, describe, expect } from './suite.js';

const perMinute = { limit: 6, windowMs: 60_000, cost: 1 };
const allowed = { allowed: true, retryAfterMs: 0 };

export function quotas({ kv, clock, test }: Suite): void {
  const take = (part: Partial<typeof perMinute> = {}) => kv().takeQuota('q', { ...perMinute, ...part });

  describe('takeQuota', () => {
    test('lets a burst of the limit pass and refuses the next, saying when', async () => {
      for (let n = 0; n < 6; n += 1) expect(await take()).toEqual(allowed);
      expect(await take()).toEqual({ allowed: false, retryAfterMs: 10_000 });
    });

    test('keeps its word: refused until retryAfterMs, allowed then', async () => {
      await take({ cost: 6 });
      await clock().advance(3_000);
      expect(await take()).toEqual({ allowed: false, retryAfterMs: 7_000 });
      await clock().advance(6_999);
      expect(await take()).toEqual({ allowed: false, retryAfterMs: 1 });
      await clock().advance(1);
      expect(await take()).toEqual(allowed);
      expect((await take()).allowed).toBe(false);
    });

    test('refills evenly and never beyond the limit', async () => {
      await take({ cost: 6 });
      await clock().advance(20_000);
      expect([await take(), await take()]).toEqual([allowed, allowed]);
      expect((await take()).allowed).toBe(false);
      await clock().advance(3_600_000);
      expect(await take({ cost: 6 })).toEqual(allowed);
      expect((await take()).allowed).toBe(false);
    });

    test('a refused call takes nothing', async () => {
      await take({ cost: 4 });
      expect(await take({ cost: 3 })).toEqual({ allowed: false, retryAfterMs: 10_000 });
      expect(await take({ cost: 2 })).toEqual(allowed);
    });

    test('cost 0 looks: it answers as for one and takes nothing', async () => {
      for (let n = 0; n < 20; n += 1) expect(await take({ cost: 0 })).toEqual(allowed);
      await take({ cost: 6 });
      expect(await take({ cost: 0 })).toEqual({ allowed: false, retryAfterMs: 10_000 });
      await clock().advance(10_000);
      expect(await take({ cost: 0 })).toEqual(allowed);
      expect(await take()).toEqual(allowed);
    });

    test('a limit that divides its window into fractions still lets exactly its burst pass', async () => {
      const odd = { limit: 7, windowMs: 1000 };
      for (let n = 0; n < 7; n += 1) expect(await take(odd)).toEqual(allowed);
      expect(await take(odd)).toEqual({ allowed: false, retryAfterMs: 143 });
      await clock().advance(143);
      expect(await take(odd)).toEqual(allowed);
    });

    test('of many at once only the limit passes', async () => {
      const answers = await Promise.all(Array.from({ length: 20 }, () => take()));
      expect(answers.filter((answer) => answer.allowed)).toHaveLength(6);
    });

    test('a clock set back by hours does not lock a bucket for hours', async () => {
      await take({ cost: 6 });
      clock().step(-3_600_000);
      expect((await take()).retryAfterMs).toBeLessThanOrEqual(10_000);
    });
  });
}
