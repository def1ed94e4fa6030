import { describe, expect, it } from '@jest/globals';
import { HashRing } from './hash-ring.js';

const KEYS = Array.from({ length: 4000 }, (_, n) => `{c:${n}}`);
const named = (count: number): string[] => Array.from({ length: count }, (_, n) => `10.0.0.${n}:6379`);
const ringOf = (...memberships: (readonly string[])[]): HashRing => new HashRing({ memberships });
const movedBetween = (a: HashRing, b: HashRing): string[] =>
  KEYS.filter((key) => a.placeOf(key).node !== b.placeOf(key).node);

describe('a ring', () => {
  it.each([1, 2, 3, 5, 10, 33, 64])('gives none of %p nodes more than its bound', (count) => {
    for (const balance of [1.05, 1.25]) {
      const ring = new HashRing({ memberships: [named(count)], balance });
      const loads = [...ring.loads.values()];
      expect(loads.reduce((sum, load) => sum + load)).toBe(4096);
      expect(Math.max(...loads)).toBeLessThanOrEqual(Math.ceil((balance * 4096) / count));
    }
  });

  it('would be out of bounds without them', () => {
    const loads = [...new HashRing({ memberships: [named(20)], balance: 100 }).loads.values()];
    expect(Math.max(...loads)).toBeGreaterThan((1.1 * 4096) / 20);
  });

  it('spreads keys as it spreads slots', () => {
    const ring = ringOf(named(5));
    const counts = Map.groupBy(KEYS, (key) => ring.placeOf(key).node);
    for (const { length } of counts.values()) expect(length).toBeLessThan((1.3 * KEYS.length) / 5);
    expect(counts.size).toBe(5);
  });

  it.each([2, 4, 10, 20])(
    'moves little more than its share when there are %p nodes and one comes',
    (count) => {
      const [before, after] = [ringOf(named(count)), ringOf(named(count + 1))];
      expect(movedBetween(before, after).length / KEYS.length).toBeLessThan(1 / (count + 1) + 0.06);
    },
  );

  it.each([2, 4, 10, 20])('moves little more than its share when one of %p nodes goes', (count) => {
    const nodes = named(count);
    const [before, after] = [ringOf(nodes), ringOf(nodes.slice(1))];
    expect(movedBetween(before, after).length / KEYS.length).toBeLessThan(1 / count + 0.08);
  });

  it('does not depend on the order in which nodes are named', () => {
    expect(movedBetween(ringOf(named(7)), ringOf(named(7).reverse()))).toEqual([]);
  });

  it('gives a key the epoch since which its node has held it', () => {
    const [all, fewer] = [named(4), named(3)];
    const rings = [ringOf(all), ringOf(all, fewer), ringOf(all, fewer, all)];
    const seen = KEYS.map((key) => rings.map((ring) => ring.placeOf(key)));
    const moved = seen.filter(([first, second]) => first?.node !== second?.node);
    const epochs = (places: typeof seen): string[] => [
      ...new Set(places.map((place) => place.map(({ epoch }) => epoch).join())),
    ];
    expect(epochs(moved)).toEqual(['0,1,2']);
    expect(epochs(seen.filter((places) => !moved.includes(places)))).toEqual(['0,0,0']);
    expect(seen.every(([first, , third]) => first?.node === third?.node)).toBe(true);
  });

  it.each([
    { memberships: [] },
    { memberships: [[]] },
    { memberships: [['a', 'a']] },
    { memberships: [['a']], balance: 1 },
  ])('refuses %j', (options) => expect(() => new HashRing(options)).toThrow(RangeError));

  it('refuses more than 64 nodes', () => expect(() => ringOf(named(65))).toThrow(RangeError));
});
