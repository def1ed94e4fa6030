import { type Merge } from '../kv.js';
import { type Suite, bytes, describe, expect, scored, text } from './suite.js';

const keys = {
  hashKey: '{h:1}rec:7',
  setKey: '{h:1}idx:7',
  tombstoneKey: '{h:1}del:7',
  dirtyKey: '{h:1}dirty',
};

export function merging({ kv, time, test }: Suite): void {
  const merge = (part: Partial<Merge>) =>
    kv().mergeIfNewer({
      ...keys,
      field: 'f',
      value: bytes('v'),
      order: 100,
      tie: 5,
      device: 'tv',
      floorMembers: ['all'],
      dirtyMember: '7',
      dirtyAt: 1000,
      ...part,
    });
  const present = async () => text((await kv().getFields(keys.hashKey, ['f']))[0]);
  const mark = async () => (await kv().scoresOf(keys.dirtyKey, ['7']))[0];

  describe('mergeIfNewer', () => {
    test('the first record is written, with its order and its mark', async () => {
      expect(await merge({ value: bytes('first') })).toBe('written');
      expect(await present()).toBe('first');
      expect(await kv().scoresOf(keys.setKey, ['f'])).toEqual([100]);
      expect(await mark()).toBe(1000);
    });

    const table: readonly (readonly [string, Partial<Merge>, 'written' | 'older'])[] = [
      ['a greater order', { order: 101, tie: 0 }, 'written'],
      ['a smaller order, whatever its tie', { order: 99, tie: 9 }, 'older'],
      ['a smaller order of another device', { order: 99, device: 'phone' }, 'older'],
      ['an equal order of the same device and a greater tie', { tie: 6 }, 'written'],
      ['an equal order of the same device and the same tie', { tie: 5 }, 'written'],
      ['an equal order of the same device and a smaller tie', { tie: 4 }, 'older'],
      ['an equal order of another device, whatever its tie', { device: 'phone', tie: 0 }, 'written'],
      ['an equal order of no device', { device: '', tie: 9 }, 'older'],
      ['a greater order of no device', { order: 101, device: '' }, 'written'],
    ];
    for (const [name, next, outcome] of table) {
      test(`${name} is ${outcome}, and marked only if written`, async () => {
        await merge({ value: bytes('old') });
        expect(await merge({ value: bytes('new'), dirtyAt: 2000, ...next })).toBe(outcome);
        const written = outcome === 'written';
        expect(await present()).toBe(written ? 'new' : 'old');
        expect(await mark()).toBe(written ? 2000 : 1000);
        expect(await kv().scoresOf(keys.setKey, ['f'])).toEqual([written ? (next.order ?? 100) : 100]);
      });
    }

    test('ties are those of the device that wrote last', async () => {
      await merge({ tie: 9 });
      await merge({ device: 'phone', tie: 1 });
      expect(await merge({ tie: 2 })).toBe('written');
      expect(await merge({ tie: 1 })).toBe('older');
    });

    test('an equal order is written when the record itself is missing', async () => {
      await merge({});
      await kv().deleteFields(keys.hashKey, ['f']);
      expect(await merge({ device: '' })).toBe('written');
    });

    const tombstones: readonly (readonly [string, Readonly<Record<string, number>>, string])[] = [
      ['a tombstone of the field that is later', { f: 101 }, 'deleted'],
      ['a tombstone of the field of the same time', { f: 100 }, 'deleted'],
      ['a tombstone of the field that is earlier', { f: 99 }, 'written'],
      ['a floor that is later', { all: 101 }, 'deleted'],
      ['a floor of the same time', { all: 100 }, 'deleted'],
      ['a floor that is earlier', { all: 99 }, 'written'],
      ['an earlier floor and a later tombstone', { all: 1, f: 200 }, 'deleted'],
      ['a floor that covers others', { some: 200 }, 'written'],
    ];
    for (const [name, deleted, outcome] of tombstones) {
      test(`against ${name} a record is ${outcome}`, async () => {
        await kv().addScored(keys.tombstoneKey, scored(deleted), {});
        expect(await merge({})).toBe(outcome);
        expect(await present()).toBe(outcome === 'written' ? 'v' : undefined);
        expect(await mark()).toBe(outcome === 'written' ? 1000 : undefined);
      });
    }

    test('no two writes share a mark, so clearing the mark read never clears a later one', async () => {
      await merge({ order: 1 });
      const seen = (await mark()) ?? 0;
      await merge({ order: 2 });
      expect(await kv().removeIfScore(keys.dirtyKey, [{ member: '7', score: seen }])).toBe(0);
      await merge({ order: 3, dirtyAt: 500 });
      expect(await mark()).toBe(1002);
    });

    test('a record loaded from elsewhere leaves no mark', async () => {
      const { dirtyKey: _dirty, ...unmarked } = keys;
      const loaded = { field: 'f', value: bytes('sql'), order: 90, tie: 0, device: '', floorMembers: [] };
      expect(await kv().mergeIfNewer({ ...unmarked, ...loaded })).toBe('written');
      expect(await mark()).toBeUndefined();
      expect(await merge({ order: 90 })).toBe('written');
    });

    test('record and index live as long as the last write says, the mark until it is removed', async () => {
      const { lifeMs, tickMs } = time();
      await merge({ ttlMs: lifeMs });
      await time().advance(2 * tickMs);
      await merge({ order: 200, ttlMs: lifeMs });
      await time().advance(lifeMs - tickMs);
      expect(await present()).toBe('v');
      await time().advance(tickMs);
      expect(await present()).toBeUndefined();
      expect(await kv().countScored(keys.setKey)).toBe(0);
      expect(await mark()).toBeDefined();
      expect(await merge({ order: 1 })).toBe('written');
    });

    test('of records merged at once the newest stays, in whatever order they come', async () => {
      const orders = [5, 3, 9, 1, 9, 4];
      await Promise.all(orders.map((order) => merge({ order, value: bytes(`${order}`) })));
      expect(await present()).toBe('9');
      expect(await kv().scoresOf(keys.setKey, ['f'])).toEqual([9]);
    });
  });
}
