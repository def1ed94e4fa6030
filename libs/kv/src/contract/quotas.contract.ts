import { type Suite, describe, expect } from './suite.js';

const perMinute = { limit: 6, windowMs: 60_000, cost: 1 };
const allowed = { allowed: true, retryAfterMs: 0 };

export function quotas({ kv, clock, test }: Suite): void {
  const take = (part: Partial<typeof perMinute> = {}) => kv().takeQuota('q', { ...perMinute, ...part });

  describe('takeQuota', () => {
    test('lets the limit pass and refuses the next, saying when', async () => {
      for (let n = 0; n < 6; n += 1) expect(await take()).toEqual(allowed);
      expect(await take()).toEqual({ allowed: false, retryAfterMs: 60_000 });
    });

    test('keeps its word: refused until retryAfterMs, allowed then', async () => {
      await take();
      await clock().advance(3_000);
      await take({ cost: 5 });
      expect(await take()).toEqual({ allowed: false, retryAfterMs: 57_000 });
      await clock().advance(56_999);
      expect(await take()).toEqual({ allowed: false, retryAfterMs: 1 });
      await clock().advance(1);
      expect(await take()).toEqual(allowed);
      expect(await take()).toEqual({ allowed: false, retryAfterMs: 3_000 });
    });

    test('never lets more than the limit pass in any window, whenever it is asked', async () => {
      const passed: number[] = [];
      for (let n = 0; n < 400; n += 1) {
        if ((await take()).allowed) passed.push(clock().now());
        await clock().advance((n * 7919) % 4_000);
      }
      const most = Math.max(
        ...passed.map((from) => passed.filter((at) => at >= from && at < from + 60_000).length),
      );
      expect(most).toBe(6);
    });

    test('is full again after a window of rest, and no fuller', async () => {
      await take({ cost: 6 });
      await clock().advance(3_600_000);
      expect(await take({ cost: 6 })).toEqual(allowed);
      expect((await take()).allowed).toBe(false);
    });

    test('a refused call takes nothing', async () => {
      await take({ cost: 4 });
      expect(await take({ cost: 3 })).toEqual({ allowed: false, retryAfterMs: 60_000 });
      expect(await take({ cost: 2 })).toEqual(allowed);
    });

    test('cost 0 looks: it answers as for one and takes nothing', async () => {
      for (let n = 0; n < 20; n += 1) expect(await take({ cost: 0 })).toEqual(allowed);
      await take({ cost: 6 });
      expect(await take({ cost: 0 })).toEqual({ allowed: false, retryAfterMs: 60_000 });
      await clock().advance(60_000);
      expect(await take({ cost: 0 })).toEqual(allowed);
      expect(await take()).toEqual(allowed);
    });

    test('of many at once only the limit passes', async () => {
      const answers = await Promise.all(Array.from({ length: 20 }, () => take()));
      expect(answers.filter((answer) => answer.allowed)).toHaveLength(6);
    });

    test('a clock set back by hours does not lock anybody out for hours', async () => {
      await take({ cost: 6 });
      clock().step(-3_600_000);
      expect((await take()).retryAfterMs).toBeLessThanOrEqual(60_000);
    });
  });
}
