import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '@storey/context';
import { type Sql } from '@storey/sql';
import { eventually } from '@storey/testing';
import { fenced, type Fence, type ScheduleTables } from '../src/index.js';
import { Fixture, LIFE_MS, type Played } from './fixture.js';

const lost = expect.objectContaining({ kind: 'conflict', code: 'LOCK_LOST' });

const write = (sql: Sql<ScheduleTables & Played>, lock: Fence, text: string): Promise<unknown> =>
  sql.transaction(
    (tx) =>
      fenced(tx, lock, () =>
        tx
          .insertInto('played')
          .values({ n: Number(lock.fence), text })
          .execute(),
      ),
    { timeoutMs: 5000 },
  );

describe('a lock', () => {
  it('is held by one at a time, and free again at once when it is given back', async () => {
    await using f = await Fixture.open();
    const [here, there] = [f.locks(), f.locks()];
    const lock = await here.acquire('a');
    expect(await there.acquire('a')).toBeUndefined();
    expect(await here.acquire('a')).toBeUndefined();
    expect(await there.acquire('b')).toBeDefined();
    await lock?.release();
    expect(await there.acquire('a')).toMatchObject({ fence: 2n });
  });

  it('is given to one of many that ask for it at the same time', async () => {
    await using f = await Fixture.open();
    const all = await Promise.all(Array.from({ length: 8 }, () => f.locks().acquire('a')));
    expect(all.filter((lock) => lock !== undefined)).toHaveLength(1);
  });

  it('is renewed at a third of its life for as long as it is held', async () => {
    await using f = await Fixture.open();
    const lock = await f.locks().acquire('a');
    for (let thirds = 0; thirds < 12; thirds += 1) {
      await f.clock.advance(LIFE_MS / 3);
      await eventually(async () => {
        const { lease_until } = await f.sql.read
          .selectFrom('named_lock')
          .selectAll()
          .executeTakeFirstOrThrow();
        expect(Number(lease_until)).toBe(f.clock.now() + LIFE_MS);
      });
      await f.settle();
    }
    expect(await f.locks().acquire('a')).toBeUndefined();
    expect(lock?.signal.aborted).toBe(false);
    await lock?.release();
    expect(f.clock.pendingTimers).toBe(0);
  });

  it('outlives its process by its life, and not longer', async () => {
    await using f = await Fixture.open();
    (await f.locks().acquire('a'))?.abandon();
    await f.clock.advance(LIFE_MS - 1);
    expect(await f.locks().acquire('a')).toBeUndefined();
    await f.clock.advance(1);
    expect(await f.locks().acquire('a')).toMatchObject({ fence: 2n });
  });

  it('is free when its end is further off than any life, as the clock was set back', async () => {
    await using f = await Fixture.open();
    (await f.locks().acquire('a'))?.abandon();
    f.clock.step(-3 * LIFE_MS);
    expect(await f.locks().acquire('a')).toMatchObject({ fence: 2n });
  });

  it('is lost to its holder no later than to others when the database can not be asked', async () => {
    await using f = await Fixture.open();
    const lock = await f.locks().acquire('a');
    const renewing = f.sql.transaction.bind(f.sql);
    f.sql.transaction = () => Promise.reject(new Error('away'));
    await f.advance(LIFE_MS - 1000);
    expect(lock?.signal.aborted).toBe(false);
    await f.advance(1000);
    expect(lock?.signal).toMatchObject({ aborted: true, reason: lost });
    expect(f.errors.length).toBeGreaterThanOrEqual(2);
    f.sql.transaction = renewing;
    expect(f.clock.pendingTimers).toBe(0);
  });

  it('is lost in time also when a renewal hangs', async () => {
    await using f = await Fixture.open();
    const lock = await f.locks().acquire('a');
    f.sql.transaction = () => new Promise(() => undefined);
    await f.advance(LIFE_MS - 1);
    expect(lock?.signal.aborted).toBe(false);
    await f.advance(1);
    expect(lock?.signal.aborted).toBe(true);
  });

  it('that was taken over aborts at the next renewal, whatever the own clock says', async () => {
    await using f = await Fixture.open();
    const ahead = new FakeClock(f.clock.now() + LIFE_MS);
    const lock = await f.locks().acquire('a');
    expect(await f.locks({ clock: ahead }).acquire('a')).toMatchObject({ fence: 2n });
    await f.clock.advance(LIFE_MS / 3);
    await eventually(() => expect(lock?.signal).toMatchObject({ aborted: true, reason: lost }));
  });
});

describe('a process that was stopped longer than its lock lives', () => {
  const stopped = async () => {
    const f = await Fixture.open();
    const other = new FakeClock(f.clock.now());
    const held = await f.locks().acquire('a');
    await other.advance(LIFE_MS); // while the clock of the stopped one does not fire anything
    const next = await f.locks({ clock: other }).acquire('a');
    if (!held || !next) throw new Error('The lock was not given.');
    return { f, held, next };
  };

  it('writes nothing under its fence, before it has noticed', async () => {
    const { f, held, next } = await stopped();
    await using _ = f;
    await write(f.sql, next, 'new');
    await expect(write(f.sql, held, 'stale')).rejects.toEqual(lost);
    expect(held.signal.aborted).toBe(false);
    expect(await f.played()).toEqual(['new']);
  });

  it('notices as soon as it goes on, and does not give back what is another’s', async () => {
    const { f, held, next } = await stopped();
    await using _ = f;
    await f.clock.advance(LIFE_MS);
    expect(held.signal.aborted).toBe(true);
    await held.release();
    await write(f.sql, next, 'new');
    expect(await f.played()).toEqual(['new']);
  });
});

describe('fenced', () => {
  it('refuses a lock that was given back', async () => {
    await using f = await Fixture.open();
    const lock = await f.locks().acquire('a');
    if (!lock) throw new Error('The lock was not given.');
    await write(f.sql, lock, 'held');
    await lock.release();
    await expect(write(f.sql, lock, 'late')).rejects.toEqual(lost);
    expect(await f.played()).toEqual(['held']);
  });

  it('lets a holder write whose time is over while nobody else has come', async () => {
    await using f = await Fixture.open();
    const lock = await f.locks().acquire('a');
    if (!lock) throw new Error('The lock was not given.');
    lock.abandon();
    await f.clock.advance(10 * LIFE_MS);
    await write(f.sql, lock, 'late');
    expect(await f.played()).toEqual(['late']);
  });
});
