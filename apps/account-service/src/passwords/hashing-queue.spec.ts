import { describe, expect, it } from '@jest/globals';
import { Deadline, FakeClock, runInContext } from '@storey/context';
import { HashingQueue, RUNNING, WAITING } from './hashing-queue.js';

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Jobs that end when told, in the order in which they began. */
function jobs(queue: HashingQueue) {
  const begun: number[] = [];
  const ends: (() => void)[] = [];
  const add = (n: number): Promise<number> =>
    queue.run(async () => {
      begun.push(n);
      await new Promise<void>((resolve) => ends.push(resolve));
      return n;
    });
  return { begun, add, endOne: () => ends.shift()?.() };
}

describe('hashingQueue', () => {
  it('runs two at a time, first come first served', async () => {
    const { begun, add, endOne } = jobs(new HashingQueue(new FakeClock()));
    const all = [1, 2, 3, 4].map(add);
    await settle();
    expect(begun).toEqual([1, 2]);
    endOne();
    await settle();
    expect(begun).toEqual([1, 2, 3]);
    for (let n = 0; n < 3; n += 1) {
      endOne();
      await settle();
    }
    expect(await Promise.all(all)).toEqual([1, 2, 3, 4]);
  });

  it('refuses at once what would be one too many to wait', async () => {
    const queue = new HashingQueue(new FakeClock());
    const { begun, add, endOne } = jobs(queue);
    const all = Array.from({ length: RUNNING + WAITING }, (_, n) => add(n));
    expect(queue.waiting).toBe(WAITING);
    await expect(add(99)).rejects.toMatchObject({ kind: 'unavailable' });
    for (let n = 0; n < all.length; n += 1) {
      endOne();
      await settle();
    }
    await Promise.all(all);
    expect(begun).toHaveLength(RUNNING + WAITING);
  });

  it('never begins a job whose deadline passed while it waited', async () => {
    const clock = new FakeClock();
    const queue = new HashingQueue(clock);
    const { begun, add, endOne } = jobs(queue);
    const running = [add(1), add(2)];
    const context = { traceId: '', priority: 'critical' as const, deadline: Deadline.in(100, clock) };
    const waiting = runInContext(context, () => add(3)).catch((error: unknown) => error);
    await clock.advance(100);
    expect(await waiting).toMatchObject({ kind: 'unavailable' });
    expect(queue.waiting).toBe(0);
    endOne();
    endOne();
    await Promise.all(running);
    expect(begun).toEqual([1, 2]);
  });

  it('forgets the deadline of a job that began in time', async () => {
    const clock = new FakeClock();
    const { add, endOne } = jobs(new HashingQueue(clock));
    const context = { traceId: '', priority: 'critical' as const, deadline: Deadline.in(100, clock) };
    const all = runInContext(context, () => [add(1), add(2), add(3)]);
    endOne();
    await settle();
    expect(clock.pendingTimers).toBe(0);
    endOne();
    endOne();
    expect(await Promise.all(all)).toEqual([1, 2, 3]);
  });

  it('goes on after a job that failed', async () => {
    const queue = new HashingQueue(new FakeClock());
    const failed = Array.from({ length: 3 }, () => queue.run(() => Promise.reject(new Error('broken'))));
    expect((await Promise.allSettled(failed)).map(({ status }) => status)).toEqual(Array(3).fill('rejected'));
    await expect(queue.run(async () => 'fine')).resolves.toBe('fine');
  });
});
