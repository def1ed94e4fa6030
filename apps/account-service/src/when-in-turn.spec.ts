import { expect, it } from '@jest/globals';
import { deadlineExceeded, notFound } from '@storey/errors';
import { whenInTurn } from './when-in-turn.js';

/** Work that fails so often before it succeeds, and a clock that waits for nobody. */
function failing(times: number, error: Error) {
  const waits: number[] = [];
  let tries = 0;
  const work = (): Promise<void> => {
    tries += 1;
    return tries > times ? Promise.resolve() : Promise.reject(error);
  };
  const clock = {
    sleep: (ms: number): Promise<void> => {
      waits.push(ms);
      return Promise.resolve();
    },
  };
  return { done: whenInTurn(work, clock), waits, tries: () => tries };
}

it('is tried again a second after another instance was in the way', async () => {
  const { done, waits, tries } = failing(2, deadlineExceeded());
  await done;
  expect([tries(), waits]).toEqual([3, [1000, 1000]]);
});

it('is given up after ten tries', async () => {
  const { done, tries } = failing(10, deadlineExceeded());
  await expect(done).rejects.toMatchObject({ kind: 'deadline_exceeded' });
  expect(tries()).toBe(10);
});

it('is given up at once for what does not pass', async () => {
  const { done, tries } = failing(1, notFound());
  await expect(done).rejects.toMatchObject({ kind: 'not_found' });
  expect(tries()).toBe(1);
});
