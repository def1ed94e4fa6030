import { type Suite, bytes, describe, expect, text } from './suite.js';

/** Longer than any test. */
const LEASE_MS = 60_000;
const life = { ttlMs: 60_000 };

export function leases({ kv, time, test }: Suite): void {
  const lease = async (key: string, leaseMs = LEASE_MS): Promise<string> => {
    const [result] = await kv().getOrLease([key], leaseMs);
    expect(result?.token).toBeDefined();
    return result?.token ?? '';
  };

  describe('leases', () => {
    test('of those who miss at once one gets the token', async () => {
      const answers = await Promise.all([1, 2, 3].map(() => kv().getOrLease(['k'], LEASE_MS)));
      expect(answers.flat().filter(({ token }) => token !== undefined)).toHaveLength(1);
      expect(answers.flat().every(({ value }) => value === undefined)).toBe(true);
    });

    test('values and leases come in the order asked', async () => {
      await kv().set('{1}a', bytes('1'), {});
      const [absent, present] = await kv().getOrLease(['{2}b', '{1}a'], LEASE_MS);
      expect(absent?.token).toBeDefined();
      expect(text(present?.value)).toBe('1');
      expect(present?.token).toBeUndefined();
    });

    test('a fill with the token writes once, for its life', async () => {
      const token = await lease('k');
      expect(await kv().fill('k', token, bytes('v'), { ttlMs: time().lifeMs })).toBe(true);
      expect(text((await kv().getOrLease(['k'], LEASE_MS))[0]?.value)).toBe('v');
      expect(await kv().fill('k', token, bytes('w'), life)).toBe(false);
      await time().advance(time().lifeMs);
      expect(await kv().get('k')).toBeUndefined();
      expect(await kv().fill('k', token, bytes('w'), life)).toBe(false);
    });

    test('a fill with a made-up token, or that of another key, fails', async () => {
      const token = await lease('a');
      await lease('b');
      expect(await kv().fill('b', token, bytes('v'), life)).toBe(false);
      expect(await kv().fill('b', 'x', bytes('v'), life)).toBe(false);
      expect(await kv().fill('c', 'x', bytes('v'), life)).toBe(false);
    });

    test('a fill writes or removes what lies beside with it, and only then', async () => {
      const token = await lease('{1}a');
      const besides = { key: '{1}b', ttlMs: time().lifeMs };
      await kv().set('{1}b', bytes('old'), {});
      expect(await kv().fill('{1}a', 'x', bytes('v'), { ...life, beside: besides })).toBe(false);
      expect(await kv().fill('{1}a', 'x', bytes('v'), { ...life, beside: { key: '{1}b' } })).toBe(false);
      expect(text(await kv().get('{1}b'))).toBe('old');
      const beside = await lease('{1}c');
      expect(await kv().fill('{1}a', token, bytes('v'), { ...life, beside: besides })).toBe(true);
      expect((await kv().mget(['{1}a', '{1}b'])).map(text)).toEqual(['v', 'v']);
      await time().advance(time().lifeMs);
      expect((await kv().mget(['{1}a', '{1}b'])).map(text)).toEqual(['v', undefined]);
      const other = { ...life, beside: { key: '{1}a' } };
      expect(await kv().fill('{1}c', beside, bytes('w'), other)).toBe(true);
      expect((await kv().mget(['{1}a', '{1}c'])).map(text)).toEqual([undefined, 'w']);
    });

    test('what lies beside has its own lease voided', async () => {
      const token = await lease('{1}a');
      const beside = await lease('{1}b');
      await kv().fill('{1}a', token, bytes('v'), { ...life, beside: { key: '{1}b' } });
      expect(await kv().fill('{1}b', beside, bytes('stale'), life)).toBe(false);
    });

    const voiders: Readonly<Record<string, () => Promise<unknown>>> = {
      'a set': () => kv().set('k', bytes('new'), {}),
      'a delete of what is not even there': () => kv().delete(['k']),
      'a setIfAbsent': () => kv().setIfAbsent('k', bytes('new'), {}),
      'a set and a delete': async () => {
        await kv().set('k', bytes('new'), {});
        await kv().delete(['k']);
      },
      'a set and a compareAndDelete': async () => {
        await kv().set('k', bytes('new'), {});
        await kv().compareAndDelete('k', bytes('new'));
      },
      'a set that has expired': async () => {
        await kv().set('k', bytes('new'), { ttlMs: time().tickMs });
        await time().advance(time().tickMs);
      },
      'a flush': () => kv().flush(),
    };
    for (const [name, change] of Object.entries(voiders)) {
      test(`a fill loses against ${name} since its lease`, async () => {
        const token = await lease('k');
        await change();
        const before = await kv().get('k');
        expect(await kv().fill('k', token, bytes('stale'), life)).toBe(false);
        expect(text(await kv().get('k'))).toBe(text(before));
      });
    }

    test('after a delete the next who misses gets a lease at once, and the old one stays void', async () => {
      const old = await lease('k');
      await kv().delete(['k']);
      const next = await lease('k');
      expect(await kv().fill('k', old, bytes('stale'), life)).toBe(false);
      expect(await kv().fill('k', next, bytes('fresh'), life)).toBe(true);
    });

    test('a lease ends with its time; the next gets one and the first fill loses', async () => {
      const { lifeMs, tickMs } = time();
      const first = await lease('k', lifeMs);
      await time().advance(lifeMs - tickMs);
      expect(await kv().getOrLease(['k'], LEASE_MS)).toEqual([{}]);
      await time().advance(tickMs);
      expect(await kv().fill('k', first, bytes('late'), life)).toBe(false);
      const second = await lease('k');
      expect(await kv().fill('k', first, bytes('late'), life)).toBe(false);
      expect(await kv().fill('k', second, bytes('v'), life)).toBe(true);
    });
  });
}
