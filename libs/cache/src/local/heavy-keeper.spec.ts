import { SeededRandom } from '@storey/context';
import { describe, expect, it } from '@jest/globals';
import { hashId } from './hash-id.js';
import { HeavyKeeper } from './heavy-keeper.js';

describe('a sketch of heavy ids', () => {
  it('never tells more than there was', () => {
    const sketch = new HeavyKeeper(new SeededRandom(1));
    const random = new SeededRandom(2);
    const counts = new Map<number, number>();
    let tooHigh = 0;
    for (let read = 0; read < 100_000; read += 1) {
      const id = Math.floor(1000 / (random.float() + 0.01)) * random.int(1, 50);
      const count = (counts.get(id) ?? 0) + 1;
      counts.set(id, count);
      if (sketch.add(hashId(id, 9)) > count) tooHigh += 1;
    }
    expect(tooHigh).toBe(0);
  });

  it('wears out rare ones so that a heavy one keeps its count', () => {
    const sketch = new HeavyKeeper(new SeededRandom(1));
    let estimate = 0;
    for (let id = 0; id < 200_000; id += 1) {
      sketch.add(hashId(id, 9));
      if (id % 100 === 0) estimate = sketch.add(hashId('heavy', 9));
    }
    expect(estimate).toBeGreaterThan(1500);
  });

  it('hardly lets strangers take from what has come often', () => {
    const sketch = new HeavyKeeper(new SeededRandom(1));
    for (let read = 0; read < 60; read += 1) sketch.add(hashId('heavy', 9));
    // Some 24 of them meet each of its cells.
    for (let id = 0; id < 200_000; id += 1) sketch.add(hashId(id, 9));
    expect(sketch.add(hashId('heavy', 9))).toBeGreaterThan(55);
  });

  it('lets what is old weigh less', () => {
    const sketch = new HeavyKeeper(new SeededRandom(1));
    for (let read = 0; read < 100; read += 1) sketch.add(7);
    sketch.age(0.5);
    expect(sketch.add(7)).toBe(51);
  });
});

describe('the hash of an id', () => {
  it.each([
    ['numbers in a row', (at: number) => at],
    ['big integers that differ in their high bits', (at: number) => BigInt(at) << 40n],
    ['texts with one beginning', (at: number) => `subject/video/${at}`],
  ])('spreads %s over the cells', (_, id) => {
    const cells = new Set(Array.from({ length: 1000 }, (_, at) => hashId(id(at), 5) & 8191));
    // By chance 942 of 8192 are met.
    expect(cells.size).toBeGreaterThan(900);
  });

  it('is another one with another seed', () => {
    const ids = Array.from({ length: 100 }, (_, at) => `id ${at}`);
    const same = ids.filter((id) => hashId(id, 1) === hashId(id, 2));
    expect(same).toEqual([]);
  });
});
