import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '@storey/context';
import { Permits } from './permits.js';

const busy = { kind: 'unavailable' };

describe('Permits', () => {
  it('are given first come, first served', async () => {
    const permits = new Permits(new FakeClock(), 1, 10);
    await permits.take({ waitMs: 1 });
    const order: number[] = [];
    const waiting = [1, 2, 3].map((n) => permits.take({ waitMs: 100 }).then(() => order.push(n)));
    for (let n = 0; n < 3; n += 1) permits.give();
    await Promise.all(waiting);
    expect([order, permits.taken]).toEqual([[1, 2, 3], 1]);
  });

  it('are waited for no longer than asked, and one that gave up takes none', async () => {
    const clock = new FakeClock();
    const permits = new Permits(clock, 1, 10);
    await permits.take({ waitMs: 1 });
    const late = expect(permits.take({ waitMs: 100 })).rejects.toMatchObject(busy);
    await clock.advance(100);
    await late;
    permits.give();
    expect([permits.taken, clock.pendingTimers]).toEqual([0, 0]);
  });

  it('are waited for by so many only, and until the signal aborts', async () => {
    const permits = new Permits(new FakeClock(), 1, 1);
    await permits.take({ waitMs: 1 });
    const gone = new Error('gone');
    const controller = new AbortController();
    const waiting = expect(permits.take({ waitMs: 100, signal: controller.signal })).rejects.toBe(gone);
    await expect(permits.take({ waitMs: 100 })).rejects.toMatchObject(busy);
    controller.abort(gone);
    await waiting;
    await expect(permits.take({ waitMs: 1, signal: controller.signal })).rejects.toBe(gone);
  });

  it('closed, refuse who waits and who comes, and tell when the last is back', async () => {
    const permits = new Permits(new FakeClock(), 1, 10);
    await permits.take({ waitMs: 1 });
    const waiting = expect(permits.take({ waitMs: 100 })).rejects.toMatchObject(busy);
    let closed = false;
    const closing = permits.close().then(() => (closed = true));
    await waiting;
    await expect(permits.take({ waitMs: 1 })).rejects.toMatchObject(busy);
    expect(closed).toBe(false);
    permits.give();
    await closing;
  });
});
