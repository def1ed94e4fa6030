import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '@storey/context';
import fc from 'fast-check';
import { IdGenerator, timeOf } from './index.js';

const turnOf = (id: bigint): number => Number((id >> 20n) & 3n);

function generator(): { clock: FakeClock; ids: IdGenerator } {
  const clock = new FakeClock();
  return { clock, ids: new IdGenerator({ worker: 1, clock }) };
}

describe('IdGenerator', () => {
  it('counts each shard by itself: 64 ids of every shard in one ms', () => {
    const { clock, ids } = generator();
    const made = Array.from({ length: 64 * 64 }, (_, i) => ids.next(i % 64));
    expect(new Set(made).size).toBe(4096);
    expect(new Set(made.map(timeOf))).toEqual(new Set([clock.now()]));
  });

  it('borrows the next ms when a shard has used up one, for a second at most', () => {
    const { clock, ids } = generator();
    const made = Array.from({ length: 64 * 1001 }, () => ids.next(0));
    expect(new Set(made).size).toBe(made.length);
    expect(Math.max(...made.map(timeOf))).toBe(clock.now() + 1000);
    expect(() => ids.next(0)).toThrow(expect.objectContaining({ kind: 'unavailable' }));
    clock.step(1);
    expect(timeOf(ids.next(0))).toBe(clock.now() + 1000);
  });

  it('waits out a step back of 5 ms and takes a turn for one of 6', () => {
    const { clock, ids } = generator();
    const before = ids.next(0);
    clock.step(-5);
    expect(ids.next(0)).toBe(before + 64n);
    clock.step(-1);
    const after = ids.next(0);
    expect([timeOf(after), turnOf(after)]).toEqual([timeOf(before) - 6, 1]);
  });

  it('refuses when all four turns have passed this time and goes on when the clock has', () => {
    const { clock, ids } = generator();
    ids.next(0);
    for (const turn of [1, 2, 3]) {
      clock.step(-60_000);
      expect(turnOf(ids.next(0))).toBe(turn);
    }
    clock.step(-60_000);
    expect(() => ids.next(0)).toThrow(expect.objectContaining({ kind: 'unavailable' }));
    clock.step(60_001);
    expect(turnOf(ids.next(0))).toBe(3);
  });

  it('does not forget a turn when the clock has caught up and steps back again', () => {
    const { clock, ids } = generator();
    ids.next(0);
    clock.step(-50);
    const first = ids.next(0);
    clock.step(100);
    expect(turnOf(ids.next(0))).toBe(0);
    clock.step(-100);
    const second = ids.next(0);
    expect(timeOf(second)).toBe(timeOf(first));
    expect(second).not.toBe(first);
  });

  it('rises while the clock does not step back', () => {
    const { clock, ids } = generator();
    let last = 0n;
    for (let i = 0; i < 1000; i += 1) {
      const id = ids.next(0);
      expect(id).toBeGreaterThan(last);
      last = id;
      if (i % 100 === 0) clock.step(1);
    }
  });

  it.each([-1, 64, 1.5, NaN])('refuses shard %p', (shard) => {
    expect(() => generator().ids.next(shard)).toThrow(RangeError);
  });

  it('makes no twin whatever the clock does', () => {
    const action = fc.oneof(
      { weight: 4, arbitrary: fc.constant(0) },
      fc.integer({ min: -12, max: 12 }),
      fc.integer({ min: -5000, max: 5000 }),
    );
    fc.assert(
      fc.property(fc.array(action, { maxLength: 60 }), (steps) => {
        const { clock, ids } = generator();
        const seen = new Set<bigint>();
        for (const step of steps) {
          clock.step(step);
          for (let i = 0; i < 70; i += 1) take(ids, seen);
        }
      }),
    );
  });
});

function take(ids: IdGenerator, seen: Set<bigint>): void {
  let id: bigint;
  try {
    id = ids.next(3);
  } catch (error) {
    expect(error).toMatchObject({ kind: 'unavailable' });
    return;
  }
  expect(seen.has(id)).toBe(false);
  seen.add(id);
}
