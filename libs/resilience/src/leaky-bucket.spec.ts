import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '@storey/context';
import { LeakyBucket } from './leaky-bucket.js';

const bench = (waits: () => number) => {
  const clock = new FakeClock();
  const waitMs = () => Promise.resolve(waits());
  const bucket = new LeakyBucket({ clock, most: 1000, least: 10, toleratedMs: 100, waitMs });
  /** Passes of 10 items each. @returns when each was let through. */
  const pass = async (count: number): Promise<number[]> => {
    const at: number[] = [];
    for (let n = 0; n < count; n += 1) {
      let through = false;
      void bucket.pass(10).then(() => (through = true));
      for (await clock.advance(0); !through;) await clock.advance(1);
      at.push(clock.monotonic());
    }
    return at;
  };
  return { clock, bucket, pass };
};

describe('LeakyBucket', () => {
  it('lets work through at its rate, which rises by a step a pass while nobody waits', async () => {
    let waits = 0;
    const { bucket, pass } = bench(() => waits);
    expect(await pass(3)).toEqual([0, 10, 20]);
    waits = Infinity;
    await pass(10);
    expect(bucket.rate).toBe(10);
    waits = 0;
    const [first = 0, second = 0, third = 0] = await pass(3);
    expect(second - first).toBeGreaterThan(third - second);
    await pass(30);
    expect(bucket.rate).toBe(1000);
  });

  it('halves when others wait, down to the least, and rises again', async () => {
    let waits = 0;
    const { bucket, pass } = bench(() => waits);
    await pass(30);
    waits = 101;
    await pass(1);
    expect(bucket.rate).toBe(500);
    waits = Infinity;
    await pass(10);
    expect(bucket.rate).toBe(10);
    waits = 100;
    await pass(1);
    expect(bucket.rate).toBeGreaterThan(10);
  });

  it('gives those that come together their turn one after another', async () => {
    const { clock, bucket, pass } = bench(() => Infinity);
    await pass(7);
    await clock.advance(1000);
    const through: number[] = [];
    for (const n of [1, 2, 3]) void bucket.pass(10).then(() => through.push(n));
    await clock.advance(0);
    expect(through).toEqual([1]);
    await clock.advance(1000);
    expect(through).toEqual([1, 2]);
    await clock.advance(1000);
    expect(through).toEqual([1, 2, 3]);
  });

  it('lets go of who is told to stop', async () => {
    const { bucket } = bench(() => Infinity);
    const stop = new AbortController();
    await bucket.pass(10);
    const waiting = bucket.pass(10, stop.signal);
    stop.abort(new Error('stopping'));
    await expect(waiting).rejects.toThrow('stopping');
  });

  it.each([
    [0, 1],
    [2, 1],
    [NaN, 1],
  ])('refuses a rate from %p to %p', (least, most) => {
    const options = { clock: new FakeClock(), waitMs: () => Promise.resolve(0), toleratedMs: 1 };
    expect(() => new LeakyBucket({ ...options, least, most })).toThrow(RangeError);
  });
});
