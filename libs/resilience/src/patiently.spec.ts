import { describe, expect, it } from '@jest/globals';
import { deadlineExceeded, notFound, outcomeUnknown, unavailable } from '@storey/errors';
import { patiently, type PatientlyOptions } from './patiently.js';

/** Work that fails so often before it succeeds, and a clock that waits for nobody. */
function failing(times: number, error: Error, options: PatientlyOptions = {}) {
  const waits: number[] = [];
  let tries = 0;
  const work = (): Promise<string> => {
    tries += 1;
    return tries > times ? Promise.resolve('done') : Promise.reject(error);
  };
  const clock = { sleep: (ms: number): Promise<void> => Promise.resolve(void waits.push(ms)) };
  return { done: patiently(work, { clock, ...options }), waits, tries: () => tries };
}

describe('what can wait', () => {
  it.each(
    [unavailable('away'), deadlineExceeded(), outcomeUnknown()].map((error) => [error.kind, error] as const),
  )('is tried each second over an outage: %s', async (_, outage) => {
    const { done, waits, tries } = failing(2, outage);
    expect(await done).toBe('done');
    expect([tries(), waits]).toEqual([3, [1000, 1000]]);
  });

  it('waits as long as it takes, unless it has so many tries', async () => {
    expect(await failing(500, unavailable('away')).done).toBe('done');
    const { done, tries, waits } = failing(10, deadlineExceeded(), { tries: 10 });
    await expect(done).rejects.toMatchObject({ kind: 'deadline_exceeded' });
    expect([tries(), waits.length]).toEqual([10, 9]);
  });

  it('is given up at once for what does not pass', async () => {
    const { done, tries } = failing(1, notFound());
    await expect(done).rejects.toMatchObject({ kind: 'not_found' });
    expect(tries()).toBe(1);
  });

  it('is not begun again when it is told to stop', async () => {
    const stop = new AbortController();
    let tries = 0;
    const work = (): Promise<never> => {
      tries += 1;
      stop.abort(new Error('stopped'));
      return Promise.reject(unavailable('away'));
    };
    const clock = { sleep: () => Promise.resolve() };
    await expect(patiently(work, { signal: stop.signal, clock })).rejects.toThrow('stopped');
    expect(tries).toBe(1);
  });
});
