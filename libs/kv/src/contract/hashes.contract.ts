import { type Suite, bytes, describe, expect, fields, text } from './suite.js';

export function hashes({ kv, time, test }: Suite): void {
  const all = async (key: string): Promise<Record<string, string | undefined>> =>
    Object.fromEntries([...(await kv().getAllFields(key))].map(([field, value]) => [field, text(value)]));

  describe('hashes', () => {
    test('fields are set, replaced and read one by one or all together', async () => {
      await kv().setFields('h', fields({ a: '1', b: '2' }), {});
      await kv().setFields('h', fields({ b: '3', c: '4' }), {});
      expect((await kv().getFields('h', ['c', 'x', 'b'])).map(text)).toEqual(['4', undefined, '3']);
      expect(await all('h')).toEqual({ a: '1', b: '3', c: '4' });
      expect(await all('absent')).toEqual({});
    });

    test('deleting counts what was there; with its last field the hash is gone', async () => {
      await kv().setFields('h', fields({ a: '1', b: '2' }), {});
      expect(await kv().deleteFields('h', ['a', 'x', 'a'])).toBe(1);
      expect(await kv().delete(['h'])).toBe(1);
      await kv().setFields('h', fields({ a: '1' }), {});
      expect(await kv().deleteFields('h', ['a'])).toBe(1);
      expect(await kv().expire('h', 10)).toBe(false);
      expect(await kv().deleteFields('h', ['a'])).toBe(0);
    });

    test('a hash has one life: kept without ttlMs, renewed with it', async () => {
      const { lifeMs, tickMs } = time();
      await kv().setFields('h', fields({ a: '1' }), { ttlMs: lifeMs });
      await time().advance(lifeMs - 2 * tickMs);
      await kv().setFields('h', fields({ b: '2' }), {});
      await time().advance(tickMs);
      await kv().setFields('h', fields({ c: '3' }), { ttlMs: lifeMs });
      await time().advance(lifeMs - tickMs);
      expect(await all('h')).toEqual({ a: '1', b: '2', c: '3' });
      await time().advance(tickMs);
      expect(await all('h')).toEqual({});
    });

    test('nothing of an expired hash comes back with the next one, neither fields nor life', async () => {
      await kv().setFields('h', fields({ a: '1' }), { ttlMs: time().tickMs });
      await time().advance(time().tickMs);
      await kv().setFields('h', fields({ b: '2' }), {});
      expect(await all('h')).toEqual({ b: '2' });
      await time().advance(2 * time().lifeMs);
      expect(await all('h')).toEqual({ b: '2' });
    });

    test('beyond maxFields those set longest ago are dropped', async () => {
      await kv().setFields('h', fields({ a: '1', b: '2', c: '3' }), { maxFields: 3 });
      await kv().setFields('h', fields({ a: '1b' }), { maxFields: 3 });
      await kv().setFields('h', fields({ d: '4' }), { maxFields: 3 });
      expect(await all('h')).toEqual({ a: '1b', c: '3', d: '4' });
      await kv().setFields('h', fields({ e: '5' }), {});
      expect(Object.keys(await all('h'))).toHaveLength(4);
      await kv().setFields('h', fields({ f: '6', g: '7', h: '8', i: '9' }), { maxFields: 2 });
      expect(await all('h')).toEqual({ h: '8', i: '9' });
    });

    test('setting no fields makes no hash', async () => {
      await kv().setFields('h', new Map(), { ttlMs: 10 });
      expect(await kv().delete(['h'])).toBe(0);
    });

    test('names that mean something to JavaScript are just names', async () => {
      const odd = new Map([
        ['__proto__', bytes('1')],
        ['constructor', bytes('2')],
      ]);
      await kv().setFields('__proto__', odd, {});
      expect((await kv().getFields('__proto__', ['__proto__', 'constructor', 'toString'])).map(text)).toEqual(
        ['1', '2', undefined],
      );
    });
  });
}
