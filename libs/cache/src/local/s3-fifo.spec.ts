import { SeededRandom } from '@storey/context';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { S3Fifo } from './s3-fifo.js';

const opened = (maxBytes: number): { map: S3Fifo<number, string>; evicted: number[] } => {
  const evicted: number[] = [];
  return { map: new S3Fifo(maxBytes, (key) => void evicted.push(key)), evicted };
};

/** Ids by popularity, as readers ask for them. */
function* zipf(requests: number, ids: number): Generator<number> {
  const random = new SeededRandom(7);
  const sums: number[] = [];
  let sum = 0;
  for (let rank = 1; rank <= ids; rank += 1) sums.push((sum += rank ** -0.9));
  for (let request = 0; request < requests; request += 1) {
    const wanted = random.float() * sum;
    yield sums.findIndex((upTo) => upTo >= wanted);
  }
}

describe('a map bounded in bytes', () => {
  it('is never over its bound, and tells of exactly what it has sent away, whatever is done', () => {
    const step = fc.record({
      key: fc.integer({ min: 0, max: 40 }),
      verb: fc.constantFrom('set', 'set', 'get', 'get', 'delete'),
      bytes: fc.integer({ min: 1, max: 120 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const model = new Map<number, number>();
        const map = new S3Fifo<number, number>(100, (key, bytes) => {
          expect(model.get(key)).toBe(bytes);
          model.delete(key);
        });
        for (const { key, verb, bytes } of steps) {
          if (verb === 'get') expect(map.get(key)).toBe(model.get(key));
          else if (verb === 'delete') expect(map.delete(key)).toBe(model.delete(key));
          else if (map.set(key, bytes, bytes)) model.set(key, bytes);
          else expect(bytes).toBeGreaterThan(100);
          expect(map.bytes).toBeLessThanOrEqual(100);
          expect(map.bytes).toBe([...model.values()].reduce((sum, held) => sum + held, 0));
          expect([...map.keys()].sort()).toEqual([...model.keys()].sort());
        }
      }),
    );
  });

  it('never sends away the one it is just given', () => {
    const { map, evicted } = opened(10);
    map.set(1, 'one', 4);
    map.set(2, 'two', 4);
    map.set(1, 'one, bigger', 9);
    expect(evicted).toEqual([2]);
    expect(map.get(1)).toBe('one, bigger');
  });

  it('keeps what was used over what was not', () => {
    const { map, evicted } = opened(10);
    for (let key = 0; key < 10; key += 1) map.set(key, '', 1);
    for (const key of [0, 3]) {
      map.get(key);
      map.get(key);
    }
    for (let key = 10; key < 18; key += 1) map.set(key, '', 1);
    expect(evicted).toEqual([1, 2, 4, 5, 6, 7, 8, 9]);
  });

  it('keeps what is used on over what was used once upon a time', () => {
    const { map } = opened(20);
    for (let key = 0; key < 22; key += 1) map.set(key, '', 1);
    // Back after they were sent away, they are of those used again: too many of them for all to stay.
    for (const key of [0, 1]) map.set(key, '', 1);
    for (let key = 100; key < 400; key += 1) {
      map.get(1);
      map.set(key, '', 1);
      map.set(key - 10, '', 1);
    }
    expect([map.peek(0), map.peek(1)]).toEqual([undefined, '']);
  });

  it('takes in who comes back after it was sent away as one of those used again', () => {
    const { map } = opened(10);
    for (let key = 0; key < 12; key += 1) map.set(key, '', 1);
    expect(map.peek(1)).toBeUndefined();
    map.set(1, '', 1);
    for (let key = 100; key < 200; key += 1) map.set(key, '', 1);
    expect(map.peek(1)).toBe('');
  });

  it('holds nothing after it was cleared', () => {
    const { map } = opened(10);
    for (let key = 0; key < 12; key += 1) map.set(key, '', 1);
    map.clear();
    expect([map.size, map.bytes, map.get(11)]).toEqual([0, 0, undefined]);
  });

  it('loses at most 2 points of its hit rate to a crawler that reads as much as all others, where LRU loses more', () => {
    const places = 200;
    const s3 = (): ((id: number) => boolean) => {
      const map = new S3Fifo<number, number>(places, () => undefined);
      return (id) => map.get(id) !== undefined || !map.set(id, id, 1);
    };
    const lru = (): ((id: number) => boolean) => {
      const map = new Map<number, number>();
      return (id) => {
        const hit = map.delete(id);
        map.set(id, id);
        for (const oldest of map.keys()) if (map.size > places) map.delete(oldest);
        return hit;
      };
    };
    const rate = (request: (id: number) => boolean, crawling: boolean): number => {
      let hits = 0;
      let page = 1e6;
      for (const id of zipf(30_000, 2000)) {
        if (request(id)) hits += 1;
        if (crawling) request((page += 1));
      }
      return (100 * hits) / 30_000;
    };
    expect(rate(s3(), false) - rate(s3(), true)).toBeLessThanOrEqual(2);
    expect(rate(lru(), false) - rate(lru(), true)).toBeGreaterThan(4);
  });
});
