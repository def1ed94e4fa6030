import { describe, expect, it } from '@jest/globals';
import { Deadline, FakeClock } from '@storey/context';
import { FakeConnection } from '../../test/fake-connection.js';
import { ConnectionPool } from './connection-pool.js';
import { type MysqlConnection } from './mysql-connection.js';

const never = (): Promise<never> => new Promise(() => undefined);

/** Lets what is ready run. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('ConnectionPool', () => {
  const started = (max: number, open: () => Promise<FakeConnection>) => {
    const clock = new FakeClock();
    const pool = new ConnectionPool(() => open().then(({ asConnection }) => asConnection), max, clock);
    const acquire = (): Promise<MysqlConnection> =>
      pool.acquire({ deadline: Deadline.in(300, clock), waitMs: 100 });
    return { clock, pool, acquire };
  };

  describe('whose server is slow to greet', () => {
    const slow = (max: number) => {
      const openings: PromiseWithResolvers<FakeConnection>[] = [];
      const open = (): Promise<FakeConnection> => {
        const opening = Promise.withResolvers<FakeConnection>();
        openings.push(opening);
        return opening.promise;
      };
      const { clock, pool, acquire } = started(max, open);
      /** So many ask, and wait until it is too late. */
      const late = async (count: number): Promise<void> => {
        const all = Promise.allSettled(Array.from({ length: count }, acquire));
        await turn();
        await clock.advance(300);
        for (const each of await all) expect(each).toMatchObject({ reason: { kind: 'unavailable' } });
      };
      const greet = async (at: number): Promise<FakeConnection> => {
        const connection = new FakeConnection();
        openings[at]?.resolve(connection);
        await turn();
        return connection;
      };
      return { clock, openings, pool, acquire, late, greet };
    };

    it('keeps for the next what came too late for one', async () => {
      const { openings, acquire, late, greet } = slow(2);
      await late(1);
      const greeted = await greet(0);
      expect(await acquire()).toBe(greeted.asConnection);
      expect(openings).toHaveLength(1);
    });

    it('has as many openings under way as it may hold connections, then begins one a second', async () => {
      const { clock, openings, late } = slow(2);
      for (let round = 0; round < 3; round += 1) await late(2);
      expect(openings).toHaveLength(2);
      await clock.advance(100);
      await late(2);
      expect(openings).toHaveLength(3);
    });

    it('reaches one that is back within a second, though what was begun before never ends', async () => {
      const { clock, acquire, late, greet } = slow(2);
      await late(2);
      await clock.advance(700);
      const connection = acquire();
      await turn();
      const greeted = await greet(2);
      expect(await connection).toBe(greeted.asConnection);
    });

    it('keeps no more connections than it may hold', async () => {
      const { clock, openings, late, greet } = slow(2);
      await late(2);
      await clock.advance(700);
      await late(1);
      expect(openings).toHaveLength(3);
      const greeted = [await greet(0), await greet(1), await greet(2)];
      expect(greeted.map(({ ended }) => ended)).toEqual([false, false, true]);
    });
  });

  describe('with connections that idle', () => {
    /** Two idle ones; the second was used last and comes first. */
    const idling = async () => {
      const opened: FakeConnection[] = [];
      const open = (): Promise<FakeConnection> =>
        Promise.resolve(opened[opened.push(new FakeConnection()) - 1] as FakeConnection);
      const { clock, pool, acquire } = started(3, open);
      for (const connection of await Promise.all([acquire(), acquire()])) pool.release(connection);
      const [first, second] = opened as [FakeConnection, FakeConnection];
      return { clock, pool, acquire, opened, first, second };
    };

    it('gives one that was used just now without asking', async () => {
      const { clock, acquire, second } = await idling();
      await clock.advance(999);
      expect(await acquire()).toBe(second.asConnection);
      expect(second.asked).toEqual([]);
    });

    it('gives one that idled for a second when it answers', async () => {
      const { clock, acquire, second, opened } = await idling();
      await clock.advance(1000);
      expect(await acquire()).toBe(second.asConnection);
      expect([second.asked, opened.length]).toEqual([['ping'], 2]);
    });

    it('never gives one that died, nor those that idle beside it', async () => {
      const { clock, acquire, first, second, opened } = await idling();
      await clock.advance(1000);
      second.answer = () => Promise.reject(new Error('reset'));
      expect(await acquire()).toBe(opened[2]?.asConnection);
      expect([first, second].map(({ usable }) => usable)).toEqual([false, false]);
    });

    it('gives another when one does not answer in 100 ms', async () => {
      const { clock, acquire, second, opened } = await idling();
      await clock.advance(1000);
      second.answer = never;
      const acquired = acquire();
      await turn();
      await clock.advance(100);
      expect(await acquired).toBe(opened[2]?.asConnection);
      expect(second.usable).toBe(false);
    });

    it('asks those used just now too when one was found dead, and no later ones', async () => {
      const { clock, pool, acquire, second } = await idling();
      pool.suspect();
      const asked = await acquire();
      expect(second.asked).toEqual(['ping']);
      await clock.advance(1);
      pool.release(asked);
      expect(await acquire()).toBe(second.asConnection);
      expect(second.asked).toEqual(['ping']);
    });

    it('passes over one that was lost', async () => {
      const { acquire, first, second } = await idling();
      second.destroy();
      expect(await acquire()).toBe(first.asConnection);
    });

    it('never gives one again that was destroyed while it was in use', async () => {
      const { pool, acquire, first } = await idling();
      const used = await acquire();
      used.destroy();
      pool.release(used);
      expect(await acquire()).toBe(first.asConnection);
    });
  });
});
