import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '@storey/context';
import { IdGenerator, lowestIdAt, parseId, shardOf, timeOf } from './index.js';

describe('an id', () => {
  it('has 41 bits of time, 2 of turn, 8 of worker, 6 of sequence and 6 of shard', () => {
    const ids = new IdGenerator({ worker: 255, clock: new FakeClock(Date.UTC(2025, 0, 1) + 3) });
    expect(ids.next(5)).toBe((3n << 22n) | (0n << 20n) | (255n << 12n) | (0n << 6n) | 5n);
    expect(ids.next(5)).toBe((3n << 22n) | (255n << 12n) | (1n << 6n) | 5n);
    expect(ids.next(63)).toBe((3n << 22n) | (255n << 12n) | 63n);
  });

  it('fits a signed 64-bit column at the end of its time and is refused after it', () => {
    const clock = new FakeClock(Date.UTC(2025, 0, 1) + 2 ** 41 - 1);
    const ids = new IdGenerator({ worker: 255, clock });
    expect(ids.next(63)).toBeLessThan(2n ** 63n);
    clock.step(1);
    expect(() => ids.next(0)).toThrow('No unique id');
  });

  it('tells its time and its shard', () => {
    const clock = new FakeClock();
    const id = new IdGenerator({ worker: 7, clock }).next(42);
    expect([timeOf(id), shardOf(id)]).toEqual([clock.now(), 42]);
  });
});

describe('lowestIdAt', () => {
  it('parts the ids of before from those of then and later', () => {
    const clock = new FakeClock();
    const ids = new IdGenerator({ worker: 255, clock });
    const [before, at] = [ids.next(63), clock.now() + 1];
    clock.step(1);
    expect([before < lowestIdAt(at), ids.next(0) >= lowestIdAt(at)]).toEqual([true, true]);
  });
});

describe('parseId', () => {
  it.each(['1', '9223372036854775807'])('takes %s', (text) => expect(parseId(text)).toBe(BigInt(text)));

  it.each(['', '0', '-1', '+1', '01', ' 1', '1 ', '1\n', '1.0', '1e3', '0x1', '１', '9223372036854775808'])(
    'refuses %j',
    (text) => expect(parseId(text)).toBeUndefined(),
  );
});
