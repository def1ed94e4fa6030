import { type Suite, bytes, describe, expect, fields, text } from './suite.js';

export function values({ kv, time, test }: Suite): void {
  describe('values', () => {
    test('a value comes back as it was set, and an absent key as undefined', async () => {
      const value = Uint8Array.from({ length: 256 }, (_, index) => index);
      await kv().set('k', value, {});
      expect(Buffer.compare((await kv().get('k')) ?? bytes(''), value)).toBe(0);
      expect(await kv().get('other')).toBeUndefined();
    });

    test('an empty value is a value', async () => {
      await kv().set('k', bytes(''), {});
      expect(text(await kv().get('k'))).toBe('');
      expect(text(await kv().setIfAbsent('k', bytes('x'), {}))).toBe('');
    });

    test('what the caller does to its bytes afterwards changes nothing', async () => {
      const value = bytes('abc');
      await kv().set('k', value, {});
      value[0] = 0;
      expect(text(await kv().get('k'))).toBe('abc');
    });

    test('mget answers in the order asked, with holes', async () => {
      await kv().set('a', bytes('1'), {});
      await kv().set('c', bytes('3'), {});
      await kv().setFields('h', fields({ f: 'x' }), {});
      expect((await kv().mget(['c', 'b', 'a', 'c', 'h'])).map(text)).toEqual([
        '3',
        undefined,
        '1',
        '3',
        undefined,
      ]);
      expect(await kv().mget([])).toEqual([]);
    });

    test('a value is gone when its time is over, not before', async () => {
      const { lifeMs, tickMs } = time();
      await kv().set('k', bytes('v'), { ttlMs: lifeMs });
      await time().advance(lifeMs - tickMs);
      expect(text(await kv().get('k'))).toBe('v');
      await time().advance(tickMs);
      expect(await kv().get('k')).toBeUndefined();
      expect(await kv().mget(['k'])).toEqual([undefined]);
      expect(await kv().delete(['k'])).toBe(0);
    });

    test('set replaces value, kind and life', async () => {
      await kv().setFields('k', fields({ f: 'x' }), { ttlMs: time().lifeMs });
      await kv().set('k', bytes('v'), {});
      await time().advance(2 * time().lifeMs);
      expect(text(await kv().get('k'))).toBe('v');
    });

    test('setIfAbsent writes once; all others get the first value', async () => {
      const answers = await Promise.all(['a', 'b', 'c'].map((v) => kv().setIfAbsent('k', bytes(v), {})));
      expect(answers.filter((answer) => answer === undefined)).toHaveLength(1);
      const winner = text(await kv().get('k'));
      expect(answers.filter((answer) => answer !== undefined).map(text)).toEqual([winner, winner]);
    });

    test('setIfAbsent may write again after the first value expired', async () => {
      await kv().setIfAbsent('k', bytes('a'), { ttlMs: time().tickMs });
      await time().advance(time().tickMs);
      expect(await kv().setIfAbsent('k', bytes('b'), { ttlMs: time().tickMs })).toBeUndefined();
      expect(text(await kv().get('k'))).toBe('b');
      await time().advance(time().tickMs);
      expect(await kv().get('k')).toBeUndefined();
    });

    test('compareAndSet writes over the expected value alone', async () => {
      expect(await kv().compareAndSet('k', bytes(''), bytes('x'), {})).toBe(false);
      await kv().set('k', bytes('a'), {});
      expect(await kv().compareAndSet('k', bytes('b'), bytes('x'), {})).toBe(false);
      expect(text(await kv().get('k'))).toBe('a');
      expect(await kv().compareAndSet('k', bytes('a'), bytes('b'), { ttlMs: time().tickMs })).toBe(true);
      expect(text(await kv().get('k'))).toBe('b');
      await time().advance(time().tickMs);
      expect(await kv().compareAndSet('k', bytes('b'), bytes('c'), {})).toBe(false);
    });

    test('compareAndSet writes or removes what lies beside with it, and only then', async () => {
      await kv().set('{1}a', bytes('a'), {});
      const beside = { key: '{1}b', ttlMs: time().tickMs };
      expect(await kv().compareAndSet('{1}a', bytes('x'), bytes('b'), { beside })).toBe(false);
      expect(await kv().get('{1}b')).toBeUndefined();
      expect(await kv().compareAndSet('{1}a', bytes('a'), bytes('b'), { beside })).toBe(true);
      expect((await kv().mget(['{1}a', '{1}b'])).map(text)).toEqual(['b', 'b']);
      await time().advance(time().tickMs);
      expect((await kv().mget(['{1}a', '{1}b'])).map(text)).toEqual(['b', undefined]);
      await kv().set('{1}b', bytes('old'), {});
      const gone = { beside: { key: '{1}b' } };
      expect(await kv().compareAndSet('{1}a', bytes('b'), bytes('c'), gone)).toBe(true);
      expect((await kv().mget(['{1}a', '{1}b'])).map(text)).toEqual(['c', undefined]);
    });

    test('of many that compare with the same value one wins', async () => {
      await kv().set('k', bytes('0'), {});
      const attempts = [1, 2, 3, 4].map((n) => kv().compareAndSet('k', bytes('0'), bytes(`${n}`), {}));
      expect((await Promise.all(attempts)).filter(Boolean)).toHaveLength(1);
    });

    test('compareAndDelete removes the expected value alone', async () => {
      await kv().set('k', bytes('a'), {});
      expect(await kv().compareAndDelete('k', bytes('ab'))).toBe(false);
      expect(await kv().compareAndDelete('k', bytes('a'))).toBe(true);
      expect(await kv().compareAndDelete('k', bytes('a'))).toBe(false);
      expect(await kv().get('k')).toBeUndefined();
    });

    test('delete counts the keys that existed, of any kind and tag, each once', async () => {
      await kv().set('{1}v', bytes('v'), {});
      await kv().setFields('{2}h', fields({ f: 'x' }), {});
      await kv().addScored('{3}s', [{ member: 'm', score: 1 }], {});
      expect(await kv().delete(['{1}v', '{2}h', '{3}s', '{1}v', 'absent'])).toBe(3);
      expect(await kv().get('{1}v')).toBeUndefined();
      expect((await kv().getAllFields('{2}h')).size).toBe(0);
      expect(await kv().countScored('{3}s')).toBe(0);
    });

    test('expire sets the life of any kind, and says whether there was anything', async () => {
      const { lifeMs, tickMs } = time();
      await kv().set('v', bytes('v'), {});
      await kv().setFields('h', fields({ f: 'x' }), {});
      await kv().addScored('s', [{ member: 'm', score: 1 }], {});
      for (const key of ['v', 'h', 's']) expect(await kv().expire(key, lifeMs)).toBe(true);
      expect(await kv().expire('absent', lifeMs)).toBe(false);
      await time().advance(lifeMs - tickMs);
      expect(text(await kv().get('v'))).toBe('v');
      await time().advance(tickMs);
      expect(await kv().get('v')).toBeUndefined();
      expect(await kv().getFields('h', ['f'])).toEqual([undefined]);
      expect(await kv().countScored('s')).toBe(0);
      expect(await kv().expire('v', lifeMs)).toBe(false);
    });

    test('expire can lengthen a life', async () => {
      await kv().set('k', bytes('v'), { ttlMs: time().tickMs });
      await kv().expire('k', 10 * time().tickMs);
      await time().advance(2 * time().tickMs);
      expect(text(await kv().get('k'))).toBe('v');
    });

    test('flush forgets everything', async () => {
      await kv().set('v', bytes('v'), {});
      await kv().setFields('h', fields({ f: 'x' }), {});
      await kv().flush();
      expect(await kv().get('v')).toBeUndefined();
      expect((await kv().getAllFields('h')).size).toBe(0);
      await kv().set('v', bytes('w'), {});
      expect(text(await kv().get('v'))).toBe('w');
    });
  });
}
