import { describe, expect, it } from '@jest/globals';
import {
  Deadline,
  FakeClock,
  SeededRandom,
  currentContext,
  newTraceId,
  raceAbort,
  runDetached,
  runInContext,
} from './index.js';

describe('Deadline', () => {
  it('only shrinks', () => {
    const clock = new FakeClock();
    const deadline = Deadline.in(100, clock);
    expect(deadline.within(500).remainingMs).toBe(100);
    expect(deadline.within(20).remainingMs).toBe(20);
  });

  it('stops waiting for work that does not stop by itself', async () => {
    const clock = new FakeClock();
    let seen: AbortSignal | undefined;
    const running = Deadline.in(50, clock).run((signal) => ((seen = signal), new Promise(() => {})));
    const failed = expect(running).rejects.toMatchObject({ kind: 'deadline_exceeded' });
    await clock.advance(50);
    await failed;
    expect(seen?.aborted).toBe(true);
  });

  it('leaves no timer behind when the work is done', async () => {
    const clock = new FakeClock();
    await expect(Deadline.in(50, clock).run(async () => 'done')).resolves.toBe('done');
    expect(clock.pendingTimers).toBe(0);
  });

  it('is not moved by a step of the wall clock', () => {
    const clock = new FakeClock();
    const deadline = Deadline.in(100, clock);
    clock.step(3_600_000);
    expect(deadline.remainingMs).toBe(100);
  });

  it('refuses to begin when nothing is left', async () => {
    const work = async (): Promise<never> => Promise.reject(new Error('must not run'));
    await expect(Deadline.in(0, new FakeClock()).run(work)).rejects.toMatchObject({
      kind: 'deadline_exceeded',
    });
  });
});

describe('raceAbort', () => {
  it('rejects with the reason of a signal that was aborted before', async () => {
    const reason = new Error('gone');
    await expect(raceAbort(new Promise(() => {}), AbortSignal.abort(reason))).rejects.toBe(reason);
  });
});

describe('the request context', () => {
  it('is there inside and gone after a detached hop', () => {
    const context = { traceId: 'a'.repeat(32), priority: 'critical' as const };
    runInContext(context, () => {
      expect(currentContext()).toBe(context);
      expect(runDetached(currentContext).traceId).toBe('0'.repeat(32));
    });
  });
});

describe('FakeClock', () => {
  it('fires timers in order of time, also those set on the way', async () => {
    const clock = new FakeClock();
    const fired: string[] = [];
    clock.after(20, () => fired.push('b'));
    clock.after(10, () => (fired.push('a'), clock.after(5, () => fired.push('a2'))));
    await clock.advance(30);
    expect(fired).toEqual(['a', 'a2', 'b']);
  });
});

describe('SeededRandom', () => {
  it('repeats itself by seed and stays in range', () => {
    const draw = (seed: number): number[] =>
      Array.from(
        { length: 50 },
        (
          (random) => () =>
            random.int(3, 5)
        )(new SeededRandom(seed)),
      );
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
    expect(new Set(draw(7))).toEqual(new Set([3, 4, 5]));
  });
});

describe('newTraceId', () => {
  it('gives 32 hex characters, never the same twice', () => {
    const ids = Array.from({ length: 1_000 }, newTraceId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.every((id) => /^[0-9a-f]{32}$/.test(id))).toBe(true);
  });
});
