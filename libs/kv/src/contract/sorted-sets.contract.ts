import { type ScoreRange, type Scored } from '../kv.js';
import { type Suite, describe, expect, scored } from './suite.js';

export function sortedSets({ kv, time, test }: Suite): void {
  const range = (part: Partial<ScoreRange> = {}) =>
    kv().rangeByScore('s', { order: 'ascending', limit: 1000, ...part });
  const names = async (part: Partial<ScoreRange> = {}): Promise<string> =>
    (await range(part)).map(({ member }) => member).join('');

  const walk = async (order: ScoreRange['order'], limit: number): Promise<string> => {
    let seen = '';
    for (let after: Scored | undefined; ;) {
      const page = await range({ order, limit, ...(after && { after }) });
      seen += page.map(({ member }) => member).join('');
      after = page.at(-1);
      if (after === undefined) return seen;
    }
  };

  describe('sorted sets', () => {
    test('members come by score, equal scores by member', async () => {
      await kv().addScored('s', scored({ c: 2, b: 2, a: 3, Z: 2, d: -1.5 }), {});
      expect(await range()).toEqual(scored({ d: -1.5, Z: 2, b: 2, c: 2, a: 3 }));
      expect(await names({ order: 'descending' })).toBe('acbZd');
    });

    test('adding again moves a member', async () => {
      await kv().addScored('s', scored({ a: 1, b: 2 }), {});
      await kv().addScored('s', scored({ a: 3 }), {});
      expect(await names()).toBe('ba');
      expect(await kv().countScored('s')).toBe(2);
      expect(await kv().scoresOf('s', ['a', 'x', 'b'])).toEqual([3, undefined, 2]);
    });

    test('of a member named twice in one call the last score counts', async () => {
      await kv().addScored('s', [...scored({ a: 1 }), ...scored({ a: 7 })], { maxMembers: 1 });
      expect(await range()).toEqual(scored({ a: 7 }));
    });

    test('scores are exact to 2^53', async () => {
      const top = 2 ** 53;
      await kv().addScored('s', scored({ a: top - 1, b: top }), {});
      expect(await kv().scoresOf('s', ['a', 'b'])).toEqual([top - 1, top]);
      expect(await names({ min: top })).toBe('b');
    });

    test('both bounds are inclusive, in both directions', async () => {
      await kv().addScored('s', scored({ a: 1, b: 2, c: 3, d: 4 }), {});
      expect(await names({ min: 2, max: 3 })).toBe('bc');
      expect(await names({ min: 2, max: 3, order: 'descending' })).toBe('cb');
      expect(await names({ min: 2, limit: 2 })).toBe('bc');
      expect(await names({ max: 3, limit: 2, order: 'descending' })).toBe('cb');
      expect(await names({ min: 5 })).toBe('');
      expect(await names({ min: 3, max: 2 })).toBe('');
      expect(await names({ min: 3, max: 2, order: 'descending' })).toBe('');
    });

    test('after goes on among equal scores without skip or repeat', async () => {
      await kv().addScored('s', scored({ a: 1, b: 1, c: 1, d: 1, e: 2, f: 0 }), {});
      for (const limit of [1, 2, 3, 5, 7]) {
        expect(await walk('ascending', limit)).toBe('fabcde');
        expect(await walk('descending', limit)).toBe('edcbaf');
      }
    });

    test('after goes on behind a member that has gone or never was', async () => {
      await kv().addScored('s', scored({ a: 1, c: 1, d: 2 }), {});
      expect(await names({ after: { member: 'b', score: 1 } })).toBe('cd');
      expect(await names({ after: { member: 'b', score: 1 }, order: 'descending' })).toBe('a');
      expect(await names({ after: { member: 'a', score: 1.5 }, order: 'descending' })).toBe('ca');
    });

    test('after and bounds hold together', async () => {
      await kv().addScored('s', scored({ a: 1, b: 2, c: 3, d: 4 }), {});
      expect(await names({ min: 3, after: { member: 'a', score: 1 } })).toBe('cd');
      expect(await names({ max: 3, after: { member: 'b', score: 2 } })).toBe('c');
      expect(await names({ max: 2, after: { member: 'd', score: 4 }, order: 'descending' })).toBe('ba');
      expect(await names({ min: 3, after: { member: 'b', score: 2 }, order: 'descending' })).toBe('');
    });

    test('beyond maxMembers the lowest are dropped, be they old or new', async () => {
      await kv().addScored('s', scored({ a: 1, b: 2, c: 3 }), { maxMembers: 3 });
      await kv().addScored('s', scored({ d: 4, e: 0 }), { maxMembers: 3 });
      expect(await names()).toBe('bcd');
      await kv().addScored('s', scored({ b: 9 }), { maxMembers: 2 });
      expect(await names()).toBe('db');
      await kv().addScored('s', scored({ x: 1 }), { maxMembers: 2 });
      expect(await names()).toBe('db');
    });

    test('addScoredIfPresent adds to a loaded index alone', async () => {
      expect(await kv().addScoredIfPresent('s', scored({ a: 1 }), {})).toBe(false);
      expect(await kv().countScored('s')).toBe(0);
      await kv().addScored('s', scored({ a: 1 }), { ttlMs: time().lifeMs });
      expect(await kv().addScoredIfPresent('s', scored({ b: 2, c: 3 }), { maxMembers: 2 })).toBe(true);
      expect(await names()).toBe('bc');
      await time().advance(time().lifeMs);
      expect(await kv().addScoredIfPresent('s', scored({ d: 4 }), {})).toBe(false);
      expect(await names()).toBe('');
    });

    test('removing counts what was there; with its last member the set is gone', async () => {
      await kv().addScored('s', scored({ a: 1, b: 2 }), {});
      expect(await kv().removeScored('s', ['a', 'a', 'x'])).toBe(1);
      expect(await kv().removeScored('s', ['b'])).toBe(1);
      expect(await kv().addScoredIfPresent('s', scored({ c: 1 }), {})).toBe(false);
    });

    test('removeIfScore leaves a member whose score has changed', async () => {
      await kv().addScored('s', scored({ a: 1, b: 2, c: 3 }), {});
      await kv().addScored('s', scored({ b: 5 }), {});
      expect(await kv().removeIfScore('s', scored({ a: 1, b: 2, x: 1 }))).toBe(1);
      expect(await names()).toBe('cb');
    });

    test('a set has one life: kept without ttlMs, renewed with it, never carried over', async () => {
      const { lifeMs, tickMs } = time();
      await kv().addScored('s', scored({ a: 1 }), { ttlMs: lifeMs });
      await time().advance(lifeMs - tickMs);
      await kv().addScored('s', scored({ b: 2 }), {});
      expect(await names()).toBe('ab');
      await time().advance(tickMs);
      await kv().addScored('s', scored({ c: 3 }), {});
      expect(await names()).toBe('c');
      await time().advance(2 * lifeMs);
      expect(await names()).toBe('c');
    });

    test('a thousand at a time is as good as one by one', async () => {
      const many = Array.from({ length: 1000 }, (_, n) => ({ member: `m${n}`, score: (n * 7919) % 101 }));
      await kv().addScored('s', many, {});
      const sorted = [...many].sort((a, b) => a.score - b.score || (a.member < b.member ? -1 : 1));
      expect(await range()).toEqual(sorted);
      expect(
        await kv().removeScored(
          's',
          many.slice(0, 999).map(({ member }) => member),
        ),
      ).toBe(999);
      expect(await range()).toEqual([many[999]]);
    });
  });
}
