import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '@storey/context';
import { PipelineSize, inPieces } from './pipeline-size.js';

/** A store that is `wayMs` away and works `eachMs` on an item. */
class Store {
  readonly clock = new FakeClock();
  readonly asked: number[] = [];
  wayMs = 20;
  eachMs = 0.1;

  async ask(items: number): Promise<void> {
    this.asked.push(items);
    await this.clock.advance(this.wayMs + items * this.eachMs);
  }

  async askOften(size: PipelineSize, times: number): Promise<void> {
    for (let n = 0; n < times; n += 1) {
      const items = size.current;
      await size.time(items, () => this.ask(items));
    }
  }
}

function over(store: Store, limits: { min?: number; max?: number; quickMs?: number } = {}): PipelineSize {
  return new PipelineSize({ clock: store.clock, min: 10, max: 1010, ...limits });
}

describe('PipelineSize', () => {
  it('grows by one step a full batch, up to the most', async () => {
    const store = new Store();
    store.eachMs = 0;
    const size = over(store);
    await store.askOften(size, 3);
    expect(store.asked).toEqual([10, 60, 110]);
    await store.askOften(size, 30);
    expect(size.current).toBe(1010);
  });

  it('halves on a delay, down to the least, and grows again', async () => {
    const store = new Store();
    store.eachMs = 0;
    const size = over(store);
    await store.askOften(size, 10);
    expect(size.current).toBe(510);
    store.wayMs = 50;
    await store.askOften(size, 1);
    expect(size.current).toBe(255);
    await store.askOften(size, 5);
    expect(size.current).toBe(10);
    store.wayMs = 20;
    await store.askOften(size, 2);
    expect(size.current).toBe(110);
  });

  it('settles where the items take about as long as the way', async () => {
    const store = new Store();
    store.wayMs = 30;
    const size = over(store);
    await store.askOften(size, 200);
    const settled = store.asked.slice(100);
    expect(Math.min(...settled)).toBeGreaterThan(100);
    expect(Math.max(...settled)).toBeLessThan(500);
  });

  it('takes a store that has become slower for good as it is, in the end', async () => {
    const store = new Store();
    store.eachMs = 0;
    const size = over(store);
    await store.askOften(size, 5);
    store.wayMs = 60;
    await store.askOften(size, 100);
    expect(size.current).toBeGreaterThan(500);
  });

  it('does not grow by batches that were not full', async () => {
    const store = new Store();
    const size = over(store);
    for (let n = 0; n < 5; n += 1) await size.time(9, () => store.ask(9));
    expect(size.current).toBe(10);
  });

  it('takes nothing quick for a delay', async () => {
    const store = new Store();
    store.wayMs = 0.1;
    store.eachMs = 0.004;
    const size = over(store, { quickMs: 5 });
    await store.askOften(size, 40);
    expect(size.current).toBe(1010);
  });

  it('halves on a failure and passes it on', async () => {
    const store = new Store();
    const size = over(store);
    await store.askOften(size, 2);
    const failing = size.time(110, () => Promise.reject(new Error('away')));
    await expect(failing).rejects.toThrow('away');
    expect(size.current).toBe(55);
  });

  it('halves once for all that was under way at the time', async () => {
    const store = new Store();
    const size = over(store);
    await store.askOften(size, 4);
    const before = size.current;
    const failing = [1, 2, 3].map(() => size.time(before, () => Promise.reject(new Error('away'))));
    await Promise.allSettled(failing);
    expect(size.current).toBe(before / 2);
  });

  it.each([
    [0, 5],
    [6, 5],
    [1.5, 5],
    [1, NaN],
  ])('refuses %p to %p', (min, max) => {
    expect(() => new PipelineSize({ min, max })).toThrow(RangeError);
  });
});

describe('inPieces', () => {
  it('asks for everything once, in order, in pieces of the size of the time', async () => {
    const store = new Store();
    store.eachMs = 0;
    const items = Array.from({ length: 200 }, (_, n) => n);
    const pieces = await inPieces(items, over(store), async (piece) => {
      await store.ask(piece.length);
      return piece;
    });
    expect(pieces.map(({ length }) => length)).toEqual([10, 60, 110, 20]);
    expect(pieces.flat()).toEqual(items);
  });
});
