import { describe, expect, it } from '@jest/globals';
import { Deadline, FakeClock } from '@storey/context';
import { ConnectionPool } from './connection-pool.js';
import { type MysqlConnection } from './mysql-connection.js';

const connection = (): MysqlConnection =>
  ({
    usable: true,
    busy: false,
    end: () => undefined,
    destroy: () => undefined,
  }) as unknown as MysqlConnection;

describe('ConnectionPool', () => {
  const started = (max: number) => {
    const clock = new FakeClock();
    const openings: PromiseWithResolvers<MysqlConnection>[] = [];
    const open = (): Promise<MysqlConnection> => {
      const opening = Promise.withResolvers<MysqlConnection>();
      openings.push(opening);
      return opening.promise;
    };
    const pool = new ConnectionPool(open, max, clock);
    const acquire = (): Promise<MysqlConnection> =>
      pool.acquire({ deadline: Deadline.in(300, clock), waitMs: 100 });
    return { clock, openings, pool, acquire };
  };
  /** Lets what is ready run. */
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  it('keeps for the next what came too late for one', async () => {
    const { clock, openings, acquire } = started(2);
    const late = acquire();
    const refused = expect(late).rejects.toMatchObject({ kind: 'unavailable' });
    await turn();
    await clock.advance(300);
    await refused;
    const greeted = connection();
    openings[0]?.resolve(greeted);
    await turn();
    expect(await acquire()).toBe(greeted);
    expect(openings).toHaveLength(1);
  });

  it('begins no more openings than it may hold connections, however many give up waiting', async () => {
    const { clock, openings, acquire } = started(2);
    for (let round = 0; round < 5; round += 1) {
      const some = Promise.allSettled([acquire(), acquire()]);
      await turn();
      await clock.advance(300);
      expect((await some).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    }
    expect(openings).toHaveLength(2);
  });
});
