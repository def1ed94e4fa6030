import { describe, expect, it } from '@jest/globals';
import { eventually, faultPoints } from '@storey/testing';
import { type Transaction } from 'kysely';
import { cancelTimer, parkedTimers, releaseTimer, scheduleTimer, type Timer } from '../src/index.js';
import { Fixture, HOUR_MS } from './fixture.js';
import { NOTHING, Play, sequence, type Db } from './play.js';

describe('a timer', () => {
  it('goes off at its time, once, not before, and is gone then', async () => {
    await using f = await Fixture.open();
    const play = new Play(f);
    play.start();
    await f.settle();
    await play.schedule({ a: HOUR_MS });
    await f.advance(HOUR_MS - 1, 60_000);
    expect(await f.played()).toEqual([]);
    await f.advance(1100, 100);
    await eventually(async () => expect(await f.played()).toEqual(['a']));
    expect([await play.left(), play.early]).toEqual([[], []]);
  });

  it('that is due within the tick goes off then, as its commit is heard of', async () => {
    await using f = await Fixture.open();
    const play = new Play(f);
    play.start();
    await f.settle();
    await play.schedule({ a: 300 });
    await f.advance(280, 20);
    expect(await f.played()).toEqual([]);
    await f.advance(60, 20);
    await eventually(async () => expect(await f.played()).toEqual(['a']));
  });

  it('of which this process was not told goes off a second late at most', async () => {
    await using f = await Fixture.open();
    const play = new Play(f);
    play.start();
    await f.settle();
    await play.schedule({ a: 300 }, { notify: 'other' });
    await f.advance(1300, 20);
    await eventually(async () => expect(await f.played()).toEqual(['a']));
  });

  it('goes off in the order of time, in batches', async () => {
    await using f = await Fixture.open();
    const play = new Play(f);
    const ids = sequence(250).map((n) => [`t${n}`, n] as const);
    await play.schedule(Object.fromEntries(ids.toReversed()));
    await f.clock.advance(1000);
    play.start();
    await eventually(async () => expect(await f.played()).toEqual(ids.map(([id]) => id)));
    expect(play.early).toEqual([]);
  });

  it('is not there when its transaction was undone', async () => {
    await using f = await Fixture.open();
    const play = new Play(f);
    const failing = f.sql.transaction(async (tx) => {
      await scheduleTimer(tx, { id: 'a', kind: 'play', at: f.clock.now(), payload: NOTHING });
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await play.left()).toEqual([]);
  });

  it('is cancelled as long as it is there', async () => {
    await using f = await Fixture.open();
    const play = new Play(f);
    await play.schedule({ a: 1000, b: 1000 });
    expect(await f.sql.transaction((tx) => cancelTimer(tx, 'a'))).toBe(true);
    play.start();
    await f.advance(2000);
    await eventually(async () => expect(await f.played()).toEqual(['b']));
    expect(await f.sql.transaction((tx) => cancelTimer(tx, 'b'))).toBe(false);
  });

  it('that is scheduled again has the time it was given last', async () => {
    await using f = await Fixture.open();
    const play = new Play(f);
    play.start();
    await play.schedule({ a: 1000, b: 5000 });
    await play.schedule({ a: 5000, b: 1000 });
    await f.advance(3000);
    await eventually(async () => expect(await f.played()).toEqual(['b']));
    await f.advance(3000);
    await eventually(async () => expect(await f.played()).toEqual(['b', 'a']));
  });

  it('carries its payload, and is refused when that is too large', async () => {
    await using f = await Fixture.open();
    const play = new Play(f);
    const seen: Timer[] = [];
    play.start({ play: { handle: async (timer) => seen.push(timer) } });
    await f.settle();
    const timer = { id: 'a', kind: 'play', at: f.clock.now(), payload: Uint8Array.of(0, 255) };
    await f.sql.transaction((tx) => scheduleTimer(tx, timer));
    await f.advance(1000);
    await eventually(() => expect(seen).toEqual([timer]));
    const large = { ...timer, payload: new Uint8Array(64 * 1024 + 1) };
    await expect(f.sql.transaction((tx) => scheduleTimer(tx, large))).rejects.toMatchObject({
      code: 'TIMER_TOO_LARGE',
    });
  });

  it('of a kind that this process does not know is left for one that does', async () => {
    await using f = await Fixture.open();
    const play = new Play(f);
    play.start();
    await play.schedule({ a: 0 }, { kind: 'other' });
    await f.advance(3000);
    expect(await play.left()).toEqual(['a']);
    play.start({ other: { apply: play.apply } });
    await eventually(async () => expect(await f.played()).toEqual(['a']));
  });
});

describe('the wall clock', () => {
  it('when it is set back puts timers off: none is early', async () => {
    await using f = await Fixture.open();
    const play = new Play(f);
    play.start();
    await play.schedule({ a: 5000 });
    await f.advance(4000);
    f.clock.step(-10_000);
    await f.advance(10_000);
    expect(await f.played()).toEqual([]);
    await f.advance(2000);
    await eventually(async () => expect(await f.played()).toEqual(['a']));
    expect(play.early).toEqual([]);
  });

  it('when it is set forward is seen within a second', async () => {
    await using f = await Fixture.open();
    const play = new Play(f);
    play.start();
    await f.settle();
    await play.schedule({ a: HOUR_MS });
    await f.advance(100, 20);
    f.clock.step(HOUR_MS);
    await f.advance(1000);
    await eventually(async () => expect(await f.played()).toEqual(['a']));
  });
});

describe('what idles', () => {
  it('is one timer a second and kind, however many timers lie in the table', async () => {
    await using f = await Fixture.open();
    const play = new Play(f);
    await play.schedule(Object.fromEntries(sequence(500).map((n) => [`t${n}`, HOUR_MS + n])));
    play.start();
    await f.settle();
    let timers = 0;
    const after = f.clock.after.bind(f.clock);
    f.clock.after = (ms, fn) => ((timers += 1), after(ms, fn));
    await f.advance(60_000);
    expect(timers).toBeLessThanOrEqual(60);
    expect(f.clock.pendingTimers).toBe(1);
  });
});

describe('an effect in the transaction', () => {
  it('that fails is undone and goes up the ladder alone; its neighbours go off', async () => {
    await using f = await Fixture.open();
    const play = new Play(f);
    let tries = 0;
    const apply = async (tx: Transaction<Db>, timer: Timer): Promise<void> => {
      await play.apply(tx, timer);
      if (timer.id === 'bad' && (tries += 1) < 3) throw new Error('not yet');
    };
    play.start({ play: { apply } });
    await play.schedule({ a: 0, bad: 1, c: 2 });
    await f.advance(1000, 100);
    await eventually(async () => expect(await f.played()).toEqual(['a', 'c']));
    await f.advance(2500, 100);
    await eventually(() => expect(tries).toBe(2));
    expect(await f.played()).toEqual(['a', 'c']);
    await f.advance(5000, 100);
    await eventually(async () => expect(await f.played()).toEqual(['a', 'bad', 'c']));
  });

  it('that fails six times is given up until it is set free', async () => {
    await using f = await Fixture.open();
    const play = new Play(f);
    let broken = true;
    const apply = async (tx: Transaction<Db>, timer: Timer): Promise<void> => {
      if (broken) throw new Error('broken');
      await play.apply(tx, timer);
    };
    play.start({ play: { apply } });
    await play.schedule({ a: 0 });
    await eventually(
      async () => {
        await f.advance(30_000, 1000);
        expect(await parkedTimers(f.sql, ['play'], 10)).toMatchObject([
          { id: 'a', kind: 'play', lastError: 'Error: broken' },
        ]);
      },
      { timeoutMs: 15_000 },
    );
    expect(f.lines.filter((line) => line.includes('a timer was given up'))).toHaveLength(1);
    broken = false;
    expect(await f.sql.transaction((tx) => releaseTimer(tx, 'a', f.clock.now()))).toBe(true);
    await f.advance(2000);
    await eventually(async () => expect(await f.played()).toEqual(['a']));
    expect(await f.sql.transaction((tx) => releaseTimer(tx, 'a', f.clock.now()))).toBe(false);
  });

  it('happens once among several processes that share the work', async () => {
    await using f = await Fixture.open();
    const plays = [new Play(f), new Play(f), new Play(f)];
    for (const play of plays) play.start();
    const ids = sequence(400).map((n) => `t${n}`);
    await plays[0]?.schedule(Object.fromEntries(ids.map((id, n) => [id, 1000 + n])));
    await f.advance(2000, 50);
    await eventually(async () => expect((await f.played()).toSorted()).toEqual(ids.toSorted()), {
      timeoutMs: 15_000,
    });
  });

  it.each(['timers.claimed', 'timers.applied'])('happens once over a crash at %s', async (point) => {
    await using f = await Fixture.open();
    const play = new Play(f);
    const faultPoint = faultPoints({ killAt: `${point}:1:throw`, production: false });
    play.start(undefined, { faultPoint });
    await play.schedule({ a: 0, b: 0 });
    await f.advance(3000);
    await eventually(async () => expect(await f.played()).toEqual(['a', 'b']));
    expect(f.lines).toHaveLength(1);
  });
});
