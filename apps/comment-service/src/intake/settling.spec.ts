import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '@storey/context';
import { Settling } from './settling.js';

describe('a change that is served', () => {
  it('settles when it was seen so two seconds ago', async () => {
    const clock = new FakeClock();
    const settling = new Settling(clock);
    expect(settling.settled([1n])).toEqual([]);
    await clock.advance(1999);
    expect(settling.settled([1n, 2n])).toEqual([]);
    await clock.advance(1);
    expect(settling.settled([1n, 2n])).toEqual([1n]);
    await clock.advance(1999);
    expect(settling.settled([2n])).toEqual([2n]);
  });

  it('begins anew when too many others came after it', async () => {
    const clock = new FakeClock();
    const settling = new Settling(clock);
    settling.settled([1n]);
    settling.settled(Array.from({ length: 10_000 }, (_, at) => BigInt(at + 2)));
    await clock.advance(2000);
    expect(settling.settled([1n, 2n, 10_001n])).toEqual([10_001n]);
    expect(settling.settled([2n])).toEqual([]);
  });
});
