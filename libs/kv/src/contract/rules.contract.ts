import { type Merge } from '../kv.js';
import { type Suite, bytes, describe, expect, fields, isMisuse, scored, text } from './suite.js';

const merge: Merge = {
  hashKey: '{1}a',
  setKey: '{1}b',
  tombstoneKey: '{1}c',
  dirtyKey: '{1}d',
  field: 'f',
  value: bytes('v'),
  order: 1,
  tie: 1,
  device: 'd',
  floorMembers: [],
  dirtyMember: 'm',
  dirtyAt: 1,
};

export function rules({ kv, test }: Suite): void {
  const refused = (verb: Promise<unknown>) => expect(verb).rejects.toMatchObject(isMisuse);

  describe('the rules of the port', () => {
    test('keys are printable ASCII without spaces, 1 to 256 characters', async () => {
      for (const key of ['', 'a b', 'a\n', 'é', 'k'.repeat(257)]) {
        await refused(kv().get(key));
        await refused(kv().set(key, bytes(''), {}));
        await refused(kv().delete(['ok', key]));
      }
      await kv().set('k'.repeat(256), bytes('v'), {});
      expect(text(await kv().get('k'.repeat(256)))).toBe('v');
    });

    test('fields and members are printable ASCII, spaces allowed', async () => {
      await refused(kv().setFields('h', fields({ é: 'x' }), {}));
      await refused(kv().addScored('s', scored({ '': 1 }), {}));
      await kv().addScored('s', scored({ 'a b': 1 }), {});
      expect(await kv().scoresOf('s', ['a b'])).toEqual([1]);
    });

    test('values have at most 256 KiB each and 4 MiB together', async () => {
      const largest = new Uint8Array(256 * 1024);
      await kv().set('k', largest, {});
      expect((await kv().get('k'))?.byteLength).toBe(largest.byteLength);
      await refused(kv().set('k', new Uint8Array(largest.byteLength + 1), {}));
      const many = Array.from({ length: 17 }, (_, n) => [`f${n}`, largest] as const);
      await refused(kv().setFields('h', new Map(many), {}));
      await kv().setFields('h', new Map(many.slice(1)), {});
    });

    test('lists have at most 1000, limits are 1 to 1000', async () => {
      const list = Array.from({ length: 1001 }, (_, n) => `k${n}`);
      await refused(kv().mget(list));
      await refused(kv().getFields('h', list));
      await refused(kv().removeScored('s', list));
      for (const limit of [0, 1001, 1.5, NaN]) {
        await refused(kv().rangeByScore('s', { order: 'ascending', limit }));
      }
    });

    test('lives are whole and positive, scores finite', async () => {
      for (const ttlMs of [0, -1, 0.5, NaN, Infinity]) await refused(kv().set('k', bytes(''), { ttlMs }));
      await refused(kv().expire('k', 0));
      for (const score of [NaN, Infinity]) await refused(kv().addScored('s', [{ member: 'm', score }], {}));
      await refused(kv().takeQuota('q', { limit: 5, windowMs: 1000, cost: 6 }));
    });

    test('the keys of a merge differ and share one hash tag, the dirty set too', async () => {
      await refused(kv().mergeIfNewer({ ...merge, dirtyKey: '{2}d' }));
      await refused(kv().mergeIfNewer({ ...merge, tombstoneKey: 'c' }));
      await refused(kv().mergeIfNewer({ ...merge, setKey: merge.hashKey }));
      expect(await kv().mergeIfNewer(merge)).toBe('written');
    });

    test('what lies beside is another key of the same hash tag', async () => {
      for (const key of ['b', '{2}a', '{1}a', '']) {
        await refused(kv().fill('{1}a', 'x', bytes('v'), { ttlMs: 1, beside: { key } }));
        await refused(kv().compareAndSet('{1}a', bytes('x'), bytes('v'), { beside: { key } }));
      }
    });

    test('a key of one kind is not used as another', async () => {
      await kv().set('v', bytes('v'), {});
      await kv().setFields('h', fields({ f: 'x' }), {});
      await refused(kv().get('h'));
      await refused(kv().setIfAbsent('h', bytes('v'), {}));
      await refused(kv().getOrLease(['h'], 100));
      await refused(kv().setFields('v', fields({ f: 'x' }), {}));
      await refused(kv().addScored('v', scored({ m: 1 }), {}));
      await refused(kv().countScored('h'));
      expect(text(await kv().get('v'))).toBe('v');
    });

    test('a store answers ping until it is closed, and nothing afterwards', async () => {
      await kv().ping();
      await kv().close();
      await expect(kv().ping()).rejects.toMatchObject({ kind: 'unavailable' });
      await expect(kv().get('k')).rejects.toMatchObject({ kind: 'unavailable' });
      await expect(kv().set('k', bytes('v'), {})).rejects.toMatchObject({ kind: 'unavailable' });
    });
  });
}
