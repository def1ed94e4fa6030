import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '@storey/context';
import { AppError, outcomeUnknown, unavailable } from '@storey/errors';
import { eventually, faultPoints } from '@storey/testing';
import { OUTBOX_TAG, enqueue, releaseParked, republish } from '../src/index.js';
import { Fixture, textOf } from './fixture.js';

const refused = (): AppError => new AppError({ kind: 'too_large', code: 'X', message: 'x' });
const sequence = (n: number): string[] => Array.from({ length: n }, (_, i) => String(i));

describe('Relay', () => {
  it('sets out on the commit, without the clock moving', async () => {
    await using f = await Fixture.open();
    f.relay();
    await f.settle();
    await f.write('k', ['a', 'b']);
    await eventually(() => expect(f.log.texts).toEqual(['a', 'b']));
    await eventually(async () => expect(await f.states()).toEqual({ sent: 2 }));
    expect(f.log.stored[0]?.id).toBe('test:1');
  });

  it('leaves a message the event-id that it brought', async () => {
    await using f = await Fixture.open();
    f.relay();
    const headers = { 'event-id': 'own', other: 'too' };
    const row = { topic: 't', key: 'k', value: Buffer.from('a'), headers };
    await f.sql.transaction((tx) => enqueue(tx, [row], f.clock), { notify: OUTBOX_TAG });
    await eventually(() => expect(f.log.stored).toMatchObject([{ id: 'own' }]));
  });

  it('finds rows of which this process was not told, within a second', async () => {
    await using f = await Fixture.open();
    f.relay();
    await f.settle();
    await f.write('k', ['a'], false);
    await f.settle();
    expect(f.log.texts).toEqual([]);
    await f.advance(1000);
    expect(f.log.texts).toEqual(['a']);
  });

  it('keeps the order of each key over many rounds and appends a topic at once', async () => {
    await using f = await Fixture.open();
    await f.write('a', sequence(150));
    await f.write('b', sequence(150));
    f.relay();
    await eventually(async () => expect(await f.states()).toEqual({ sent: 300 }));
    for (const key of ['a', 'b']) {
      expect(f.log.stored.filter((m) => m.key === key).map((m) => m.text)).toEqual(sequence(150));
    }
    expect(f.log.appends).toBe(3);
  });

  it('takes what is written within 20 ms of a round together, and after a rest waits for nothing', async () => {
    await using f = await Fixture.open();
    f.relay();
    await f.settle();
    await f.write('k', ['a']);
    await eventually(() => expect(f.log.texts).toEqual(['a']));
    await f.write('k', ['b']);
    await f.write('k', ['c']);
    await f.settle();
    expect(f.log.texts).toEqual(['a']);
    await f.advance(20, 20);
    await eventually(() => expect(f.log.texts).toEqual(['a', 'b', 'c']));
    expect(f.log.appends).toBe(2);
    await f.advance(20, 20);
    await f.write('k', ['d']);
    await eventually(() => expect(f.log.appends).toBe(3));
  });

  it('ends at once while it waits for more', async () => {
    await using f = await Fixture.open();
    const relay = f.relay();
    await f.settle();
    await f.write('k', ['a']);
    await eventually(() => expect(f.log.texts).toEqual(['a']));
    await f.write('k', ['b']);
    await f.settle();
    await f.close(relay);
  });

  it('does nothing and sets one timer a second when idle', async () => {
    await using f = await Fixture.open();
    let timers = 0;
    const after = f.clock.after.bind(f.clock);
    f.clock.after = (ms, fn) => ((timers += 1), after(ms, fn));
    f.relay();
    await f.settle();
    timers = 0;
    await f.advance(60_000);
    expect(timers).toBeLessThanOrEqual(60);
    expect(f.clock.pendingTimers).toBe(1);
    expect(f.log.appends).toBe(0);
  });

  it('goes on after a failure of its own', async () => {
    await using f = await Fixture.open();
    f.relay({ faultPoint: faultPoints({ killAt: 'relay.claimed:1:throw', production: false }) });
    await f.write('k', ['a']);
    await eventually(() => expect(f.errors).toHaveLength(1));
    await f.advance(1000);
    expect(f.log.texts).toEqual(['a']);
  });

  it('tells the backlog', async () => {
    await using f = await Fixture.open();
    const seen: unknown[] = [];
    await f.write('k', ['a']);
    f.clock.step(5000);
    f.relay({ onBacklog: (backlog) => seen.push(backlog) });
    await eventually(() => expect(seen).toEqual([{ ready: 1, oldestMs: 5000, parked: 0 }]));
  });
});

describe('a crash of the relay', () => {
  it.each([
    ['relay.claimed', 1],
    ['relay.sent', 2],
    ['relay.marked', 1],
  ])('at %s leaves a row that is sent %i time(s)', async (point, times) => {
    await using f = await Fixture.open();
    f.relay({ faultPoint: faultPoints({ killAt: `${point}:1:throw`, production: false }) });
    await f.write('k', ['a']);
    await eventually(() => expect(f.errors).toHaveLength(1));
    await f.advance(2000);
    expect(f.log.stored.map(({ id }) => id)).toEqual(Array.from({ length: times }, () => 'test:1'));
    expect(await f.states()).toEqual({ sent: 1 });
  });
});

describe('a row that is refused', () => {
  it('climbs 2, 4, 10, 60 and 180 s, is parked alone, and then lets the later rows of its key pass', async () => {
    await using f = await Fixture.open();
    const tries: number[] = [];
    const start = f.clock.monotonic();
    f.log.fail = (_topic, messages) => {
      if (!messages.some(({ value }) => textOf(value) === 'bad')) return;
      if (messages.length === 1) tries.push(f.clock.monotonic() - start);
      throw refused();
    };
    await f.write('k', ['good', 'bad', 'later']);
    await f.write('other', ['x']);
    f.relay();
    await eventually(() => expect(f.log.texts).toEqual(['good', 'x']));
    await f.settle();
    await f.advance(255_000);
    expect(f.log.texts).toEqual(['good', 'x']);
    await f.advance(3000);
    expect(tries.map((ms) => ms / 1000)).toEqual([0, 2, 6, 16, 76, 256]);
    expect(f.parked).toEqual(['k']);
    expect(f.log.texts).toEqual(['good', 'x', 'later']);
    expect(await f.states()).toEqual({ sent: 3, parked: 1 });
  });

  it('can be released', async () => {
    await using f = await Fixture.open();
    await f.write('k', ['a']);
    await f.sql.transaction((tx) => tx.updateTable('outbox').set({ state: 'parked', attempts: 6 }).execute());
    f.relay();
    await f.settle();
    expect(await releaseParked(f.sql)).toBe(1);
    await eventually(() => expect(f.log.texts).toEqual(['a']));
  });
});

describe('a log that can not be reached', () => {
  it.each([unavailable('down'), outcomeUnknown()])(
    'is probed every second and parks nothing',
    async (outage) => {
      await using f = await Fixture.open();
      f.log.fail = () => {
        throw outage;
      };
      await f.write('k', sequence(3));
      f.relay();
      await f.settle();
      await f.advance(300_000);
      expect(f.log.appends).toBeGreaterThanOrEqual(295);
      expect(f.log.appends).toBeLessThanOrEqual(302);
      const rows = await f.sql.read.selectFrom('outbox').select(['attempts', 'state']).execute();
      expect(rows).toEqual(sequence(3).map(() => ({ attempts: 0, state: 'ready' })));
      f.log.fail = () => undefined;
      await f.advance(1000);
      expect(f.log.texts).toEqual(sequence(3));
      expect(f.parked).toEqual([]);
    },
  );

  it('is not probed more often because more is written', async () => {
    await using f = await Fixture.open();
    f.log.fail = () => {
      throw unavailable('down');
    };
    f.relay();
    await f.settle();
    for (let i = 0; i < 20; i += 1) await f.write('k', ['x']);
    await f.settle();
    expect(f.log.appends).toBe(1);
  });
});

describe('several relays', () => {
  it('share the buckets evenly, also when one joins late and when one goes', async () => {
    await using f = await Fixture.open();
    const shares = async (): Promise<number[]> => {
      const rows = await f.sql.read.selectFrom('outbox_bucket').select('owner').execute();
      return [...Map.groupBy(rows, ({ owner }) => owner).values()].map((all) => all.length).sort();
    };
    f.relay();
    await f.settle();
    expect(await shares()).toEqual([16]);
    const second = f.relay();
    await f.advance(6000);
    expect(await shares()).toEqual([8, 8]);
    f.relay();
    await f.advance(6000);
    expect(await shares()).toEqual([4, 6, 6]);
    await f.close(second);
    await f.advance(6000);
    expect(await shares()).toEqual([8, 8]);
  });

  it('refuse the late mark of one that slept through its lease', async () => {
    await using f = await Fixture.open();
    const woke = Promise.withResolvers<void>();
    f.log.before = () => woke.promise;
    f.relay();
    await f.settle();
    await f.write('k', ['a']);
    await eventually(() => expect(f.log.appends).toBe(1));
    // Somebody else claims every bucket meanwhile, as after the lease.
    await f.sql.transaction((tx) =>
      tx
        .updateTable('outbox_bucket')
        .set((eb) => ({ owner: 'heir', epoch: eb('epoch', '+', 1) }))
        .execute(),
    );
    woke.resolve();
    await f.settle();
    expect(f.log.texts).toEqual(['a']);
    expect(await f.states()).toEqual({ ready: 1 });
    await f.write('k', ['b']);
    await f.settle();
    expect(f.log.texts).toEqual(['a']);
  });

  it('send nothing of what they read before their lease ran out', async () => {
    await using f = await Fixture.open();
    let stopped = false;
    const { clock } = f;
    const monotonic = clock.monotonic.bind(clock);
    clock.monotonic = () => monotonic() + (stopped ? 11_000 : 0);
    f.relay({ faultPoint: (name) => void (stopped ||= name === 'relay.claimed') });
    await f.settle();
    await f.write('k', ['a']);
    await f.settle();
    expect([stopped, f.log.appends]).toEqual([true, 0]);
    await f.advance(4000);
    expect(f.log.texts).toEqual(['a']);
  });

  it('compare the epoch and not only the owner', async () => {
    await using f = await Fixture.open();
    const woke = Promise.withResolvers<void>();
    f.log.before = () => woke.promise;
    f.relay();
    await f.settle();
    await f.write('k', ['a']);
    await eventually(() => expect(f.log.appends).toBe(1));
    await f.sql.transaction((tx) =>
      tx
        .updateTable('outbox_bucket')
        .set((eb) => ({ epoch: eb('epoch', '+', 2) }))
        .execute(),
    );
    woke.resolve();
    await f.settle();
    expect(await f.states()).toEqual({ ready: 1 });
  });

  it('send nothing more when their own lease has run out', async () => {
    await using f = await Fixture.open();
    f.relay();
    await f.settle();
    f.sql.transaction = () => Promise.reject(unavailable('down')); // reads go on, renewals do not
    await f.advance(12_000);
    await f.sql.read.selectFrom('outbox').select('id').execute();
    expect(f.errors.length).toBeGreaterThan(0);
    Reflect.deleteProperty(f.sql, 'transaction');
    await f.write('k', ['a']);
    await f.settle();
    expect(f.log.appends).toBe(0);
    await f.advance(3000);
    expect(f.log.texts).toEqual(['a']);
  });
});

/** Turns the clock meanwhile: rounds are held apart. */
const allSent = (f: Fixture, count: number): Promise<void> =>
  eventually(async () => {
    await f.advance(20, 20);
    expect(await f.states()).toEqual({ sent: count });
  });

describe('republish', () => {
  it('sends again what was sent since, each row once', async () => {
    await using f = await Fixture.open();
    f.relay();
    await f.write('k', ['old']);
    await allSent(f, 1);
    f.clock.step(60_000);
    const since = f.clock.now();
    await f.write('k', sequence(600));
    await allSent(f, 601);
    expect(await republish(f.sql, since)).toBe(600);
    await allSent(f, 601);
    expect(f.log.texts).toEqual(['old', ...sequence(600), ...sequence(600)]);
  });

  it('ends with what was sent before it began, and tells how far it is', async () => {
    await using f = await Fixture.open();
    f.relay();
    await f.write('k', sequence(600));
    await allSent(f, 600);
    const clock = new FakeClock(f.clock.now());
    f.clock.step(1);
    await f.write('k', ['later']);
    await allSent(f, 601);
    const told: number[] = [];
    expect(await republish(f.sql, 0, { clock, onChunk: (total) => told.push(total) })).toBe(600);
    expect(told).toEqual([500, 600]);
  });

  it('makes no more ready in a second than it is told', async () => {
    await using f = await Fixture.open();
    const relay = f.relay();
    await f.write('k', sequence(25));
    await eventually(async () => expect(await f.states()).toEqual({ sent: 25 }));
    await f.close(relay);
    const clock = new FakeClock(f.clock.now());
    const told: number[] = [];
    const done = republish(f.sql, 0, { clock, perSecond: 10, onChunk: (total) => told.push(total) });
    await eventually(() => expect(clock.pendingTimers).toBe(1));
    expect([told, await f.states()]).toEqual([[5], { ready: 5, sent: 20 }]);
    for (let more = 10; more <= 25; more += 5) {
      await clock.advance(499);
      expect(told.at(-1)).toBe(more - 5);
      await clock.advance(1);
      await eventually(() => expect(told.at(-1)).toBe(more));
      if (more < 25) await eventually(() => expect(clock.pendingTimers).toBe(1));
    }
    expect(await done).toBe(25);
  });
});
