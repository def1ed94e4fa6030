import { describe, expect, it } from '@jest/globals';
import { FakeClock, SeededRandom } from '@storey/context';
import { notFound, outcomeUnknown, unavailable } from '@storey/errors';
import { RetryBudget, retryIdempotent, type RetryOptions } from './index.js';

/** Fails with each of `errors` in turn, then answers; says when it was called. */
function service(clock: FakeClock, errors: unknown[]) {
  const calls: number[] = [];
  const call = (): Promise<string> => {
    calls.push(clock.monotonic());
    const error = errors.shift();
    return error === undefined ? Promise.resolve('done') : Promise.reject(error as Error);
  };
  return { call, calls };
}

function setUp(errors: unknown[], more: Partial<RetryOptions> = {}) {
  const clock = new FakeClock();
  const { call, calls } = service(clock, errors);
  const options = { budget: new RetryBudget(), clock, random: new SeededRandom(1), ...more };
  return { clock, calls, result: retryIdempotent(call, options) };
}

describe('retryIdempotent', () => {
  it('tries again after what passes', async () => {
    const { clock, calls, result } = setUp([unavailable('x'), outcomeUnknown()]);
    await clock.advance(0);
    await clock.advance(100);
    await expect(result).resolves.toBe('done');
    expect(calls).toHaveLength(3);
  });

  it('gives up with the last failure after its attempts', async () => {
    const last = unavailable('last');
    const { clock, calls, result } = setUp([unavailable('x'), unavailable('x'), last, unavailable('x')]);
    const failed = expect(result).rejects.toBe(last);
    await clock.advance(0);
    await clock.advance(100);
    await failed;
    expect(calls).toHaveLength(3);
  });

  it.each([notFound(), new TypeError('defect')])('does not try again after what stays: %s', async (error) => {
    const { calls, result } = setUp([error]);
    await expect(result).rejects.toBe(error);
    expect(calls).toHaveLength(1);
  });

  it('does not try again without budget', async () => {
    const { calls, result } = setUp([unavailable('x')], {
      budget: new RetryBudget({ ratio: 0, reserve: 0 }),
    });
    await expect(result).rejects.toMatchObject({ kind: 'unavailable' });
    expect(calls).toHaveLength(1);
  });

  it('stops at once when the signal aborts during a wait', async () => {
    const abort = new AbortController();
    const { clock, calls, result } = setUp([unavailable('x')], {
      signal: abort.signal,
      baseMs: 10_000,
      maxMs: 10_000,
    });
    const failed = expect(result).rejects.toThrow('gone');
    await clock.advance(0);
    abort.abort(new Error('gone'));
    await failed;
    await clock.advance(10_000);
    expect(calls).toHaveLength(1);
    expect(clock.pendingTimers).toBe(0);
  });

  it('waits at random, up to twice as long each time, and never longer than it may', async () => {
    const failures = Array.from({ length: 9 }, () => unavailable('x'));
    const random = new SeededRandom(1);
    random.float = () => 0.999;
    const { clock, calls, result } = setUp(failures, { attempts: 10, random });
    await clock.advance(0);
    await clock.advance(10_000);
    await result;
    const waits = calls.slice(1).map((at, i) => Math.round(at - (calls[i] ?? 0)));
    expect(waits).toEqual([20, 40, 80, 160, 320, 639, 999, 999, 999]);
  });
});
