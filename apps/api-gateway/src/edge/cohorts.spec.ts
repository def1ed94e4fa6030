import { describe, expect, it } from '@jest/globals';
import { Cohorts, type LoopTime } from './cohorts.js';

const LOOK_MS = 3;

/** An event loop that is looked at every 3 ms. */
class Loop {
  isBusy: boolean;
  #time = { idle: 0, active: 0 };

  constructor({ isBusy }: { readonly isBusy: boolean }) {
    this.isBusy = isBusy;
  }

  readonly look = (): LoopTime => {
    const { idle, active } = this.#time;
    this.#time = this.isBusy ? { idle, active: active + LOOK_MS } : { idle: idle + LOOK_MS, active };
    return this.#time;
  };

  get now(): number {
    return this.#time.idle + this.#time.active;
  }
}

function writesTo(loop: Loop) {
  const cohorts = new Cohorts(loop.look);
  const first = Promise.withResolvers<void>();
  let begun = 0;
  const begin = async (): Promise<void> => void (begun += 1);
  return {
    counts: cohorts.counts,
    begun: () => begun,
    write: () => cohorts.run(begin),
    /** One that is under way until `end`. */
    company: () => cohorts.run(() => first.promise),
    end: first.resolve,
  };
}

describe('writes at the edge', () => {
  it('set out at once where there is no other work', async () => {
    const loop = new Loop({ isBusy: false });
    const { company, write, end, counts } = writesTo(loop);
    const first = company();
    await write();
    await write();
    expect([loop.now, counts]).toEqual([4 * LOOK_MS, { writes: 3, cohorts: 3 }]);
    end();
    await first;
  });

  it('gather while there is, and set out together as soon as there is none', async () => {
    const loop = new Loop({ isBusy: true });
    const { company, write, begun, end, counts } = writesTo(loop);
    const first = company();
    const written = Array.from({ length: 5 }, write);
    await new Promise((resolve) => setImmediate(resolve));
    expect(begun()).toBe(0);
    loop.isBusy = false;
    await Promise.race(written);
    expect(begun()).toBe(5);
    await Promise.all(written);
    expect(counts).toEqual({ writes: 6, cohorts: 2 });
    end();
    await first;
  });

  it('wait no longer than 100 ms, however busy it is', async () => {
    const loop = new Loop({ isBusy: true });
    const { company, write, end } = writesTo(loop);
    const first = company();
    const begun = loop.now;
    await write();
    expect(loop.now - begun).toBeGreaterThanOrEqual(100);
    expect(loop.now - begun).toBeLessThanOrEqual(100 + 2 * LOOK_MS);
    end();
    await first;
  });

  it('wait for no more than fifteen others', async () => {
    const loop = new Loop({ isBusy: true });
    const { company, write, end, counts } = writesTo(loop);
    const first = company();
    for (const cohorts of [2, 3]) {
      const begun = loop.now;
      await Promise.all(Array.from({ length: 16 }, write));
      expect([loop.now - begun, counts.cohorts]).toEqual([2 * LOOK_MS, cohorts]);
    }
    end();
    await first;
  });

  it('wait for nobody when no other is under way, however busy it is', async () => {
    const loop = new Loop({ isBusy: true });
    const { write, counts } = writesTo(loop);
    for (let n = 0; n < 3; n += 1) await write();
    expect([loop.now, counts]).toEqual([4 * LOOK_MS, { writes: 3, cohorts: 3 }]);
  });

  it('are under way no longer when they have failed', async () => {
    const loop = new Loop({ isBusy: true });
    const cohorts = new Cohorts(loop.look);
    const failing = cohorts.run(() => Promise.reject(new Error('refused')));
    await expect(failing).rejects.toThrow('refused');
    await cohorts.run(() => Promise.resolve());
    expect(loop.now).toBe(3 * LOOK_MS);
  });
});
