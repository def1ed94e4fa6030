import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '@storey/context';
import { unavailable } from '@storey/errors';
import { eventually, faultPoints } from '@storey/testing';
import { type Timer } from '../src/index.js';
import { Fixture } from './fixture.js';
import { Play } from './play.js';

describe('a handler outside of the database', () => {
  const handled = (f: Fixture) => {
    const play = new Play(f);
    const calls: string[] = [];
    const handle = async ({ id }: Timer): Promise<void> => void calls.push(id);
    return { play, calls, handle };
  };

  it.each([
    ['timers.claimed', ['a']],
    ['timers.applied', ['a', 'a']],
  ])('is called again after a crash at %s, when the claim has ended', async (point, expected) => {
    await using f = await Fixture.open();
    const { play, calls, handle } = handled(f);
    const faultPoint = faultPoints({ killAt: `${point}:1:throw`, production: false });
    play.start({ play: { handle } }, { faultPoint });
    await play.schedule({ a: 0 });
    await f.advance(29_000);
    expect(calls).toEqual(expected.slice(1));
    await f.advance(4000);
    await eventually(() => expect(calls).toEqual(expected));
    expect(await play.left()).toEqual([]);
  });

  it('that was stopped past its claim does not remove what another has by now', async () => {
    await using f = await Fixture.open();
    const { play } = handled(f);
    const stopped = new Play(f, new FakeClock(f.clock.now()));
    const [slow, next] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const calls: string[] = [];
    const handleBy = (who: string, { promise }: typeof slow) => ({
      handle: async () => {
        calls.push(who);
        await promise;
      },
    });
    await play.schedule({ a: 0 });
    stopped.start({ play: handleBy('stopped', slow) });
    await eventually(() => expect(calls).toEqual(['stopped']));
    await f.clock.advance(30_001);
    play.start({ play: handleBy('next', next) });
    await eventually(() => expect(calls).toEqual(['stopped', 'next']));
    slow.resolve();
    await f.settle();
    await eventually(async () =>
      expect(await f.metrics.text()).toContain(
        'storey_timers_total{kind="play",outcome="lost",app="process"} 1',
      ),
    );
    expect(await play.left()).toEqual(['a']);
    next.resolve();
    await eventually(async () => expect(await play.left()).toEqual([]));
  });

  it('does not remove a timer that was set anew while it ran', async () => {
    await using f = await Fixture.open();
    const { play, calls } = handled(f);
    const gate = Promise.withResolvers<void>();
    play.start({
      play: {
        handle: async ({ id }) => {
          calls.push(id);
          await gate.promise;
        },
      },
    });
    await play.schedule({ a: 0 });
    await f.advance(1000, 20);
    await eventually(() => expect(calls).toEqual(['a']));
    await play.schedule({ a: 60_000 });
    gate.resolve();
    await f.advance(1000);
    expect(await play.left()).toEqual(['a']);
    await f.advance(61_000);
    await eventually(() => expect(calls).toEqual(['a', 'a']));
    await eventually(async () => expect(await play.left()).toEqual([]));
  });

  it('that takes longer than ten seconds has failed; what is away costs no try', async () => {
    await using f = await Fixture.open();
    const { play, calls } = handled(f);
    const answers = [new Promise<void>(() => undefined), Promise.reject(unavailable('away'))];
    answers[1]?.catch(() => undefined);
    play.start({
      play: {
        handle: async ({ id }) => {
          calls.push(id);
          await answers.shift();
        },
      },
    });
    await play.schedule({ a: 0 });
    await f.advance(1000, 20);
    await eventually(() => expect(calls).toHaveLength(1));
    await f.advance(10_000);
    const attempts = () => f.sql.read.selectFrom('timer').select('attempts').executeTakeFirstOrThrow();
    await eventually(async () => expect(await attempts()).toEqual({ attempts: 1 }));
    await f.advance(4000, 100);
    await eventually(() => expect(calls).toHaveLength(2));
    await f.settle();
    expect(await attempts()).toEqual({ attempts: 1 });
    await f.advance(12_000, 100);
    await eventually(async () => expect(await play.left()).toEqual([]));
    expect(calls).toHaveLength(3);
  });

  it('is aborted when the process ends, and another takes the timer at once', async () => {
    await using f = await Fixture.open();
    const { play, calls, handle } = handled(f);
    const signals: AbortSignal[] = [];
    const first = play.start({
      play: {
        handle: (_, signal) => {
          signals.push(signal);
          return new Promise(() => undefined);
        },
      },
    });
    await play.schedule({ a: 0 });
    await f.advance(1000, 20);
    await eventually(() => expect(signals).toHaveLength(1));
    await f.close(first);
    expect(signals[0]?.aborted).toBe(true);
    play.start({ play: { handle } });
    await eventually(() => expect(calls).toEqual(['a']));
  });
});
