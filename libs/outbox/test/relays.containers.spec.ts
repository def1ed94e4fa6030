import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '@storey/context';
import { openSql, type Sql } from '@storey/sql';
import { dropTestDatabases, eventually, mysqlTestUrl } from '@storey/testing';
import {
  applyOnce,
  enqueue,
  outboxMigrations,
  startRelay,
  type OutboxTables,
  type Relay,
} from '../src/index.js';
import { FakeLog } from './fixture.js';

/** Two processes on one database: what a single writer made true must hold among several. */
let here: Sql<OutboxTables>;
let there: Sql<OutboxTables>;

beforeEach(async () => {
  const url = mysqlTestUrl();
  [here, there] = (await Promise.all(
    [url, url].map((same) => openSql<OutboxTables>(same, { migrations: outboxMigrations })),
  )) as [Sql<OutboxTables>, Sql<OutboxTables>];
});

afterEach(async () => {
  await Promise.all([here.close(), there.close()]);
  await dropTestDatabases();
});

afterAll(() => dropTestDatabases());

const write = (sql: Sql<OutboxTables>, key: string, text: string): Promise<void> =>
  sql.transaction((tx) => enqueue(tx, [{ topic: 't.v1', key, value: new TextEncoder().encode(text) }]), {
    notify: 'outbox',
    timeoutMs: 5000,
  });

describe('several relays', () => {
  it('send every row once and mark it, while both share the buckets and rows are written', async () => {
    const log = new FakeLog();
    const errors: unknown[] = [];
    const start = (sql: Sql<OutboxTables>): Relay =>
      startRelay(sql, log, {
        domain: 'test',
        clock: systemClock,
        onError: (error) => errors.push(error),
        onParked: () => undefined,
      });
    const relays = [start(here), start(there)];
    const keys = Array.from({ length: 40 }, (_, n) => `key ${n}`);
    for (let n = 0; n < 5; n += 1) {
      await Promise.all(keys.map((key, at) => write(at % 2 === 0 ? here : there, key, `${key} ${n}`)));
    }
    await eventually(() => expect(new Set(log.texts).size).toBe(200), { timeoutMs: 30_000 });
    await eventually(
      async () => {
        const left = await here.read.selectFrom('outbox').select('id').where('state', '!=', 'sent').execute();
        expect(left).toEqual([]);
      },
      { timeoutMs: 30_000 },
    );
    await Promise.all(relays.map((relay) => relay.close()));
    expect(errors).toEqual([]);
    expect(log.stored).toHaveLength(200);
    for (const key of keys) {
      const sent = log.stored.filter((message) => message.key === key).map(({ text }) => text);
      expect(sent).toEqual(Array.from({ length: 5 }, (_, n) => `${key} ${n}`));
    }
  });

  it('share the buckets evenly when four begin at the same moment', async () => {
    const log = new FakeLog();
    const options = { domain: 'test', onError: () => undefined, onParked: () => undefined };
    const relays = [here, there, here, there].map((sql) => startRelay(sql, log, options));
    await eventually(
      async () => {
        const rows = await here.read.selectFrom('outbox_bucket').select('owner').execute();
        const shares = [...Map.groupBy(rows, ({ owner }) => owner)].map(([, all]) => all.length);
        expect(shares).toEqual([4, 4, 4, 4]);
      },
      { timeoutMs: 15_000 },
    );
    await Promise.all(relays.map((relay) => relay.close()));
  });
});

describe('applyOnce in two sessions at once', () => {
  const incoming = { consumer: 'search', messageId: 'test:1', digest: 'd' };

  it('runs one effect: the second waits for the first, and finds it done', async () => {
    const order: string[] = [];
    const inside = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    const first = here.transaction(
      (tx) =>
        applyOnce(tx, incoming, async () => {
          inside.resolve();
          await goOn.promise;
          order.push('first');
        }),
      { timeoutMs: 5000 },
    );
    await inside.promise;
    const second = there.transaction(
      (tx) => applyOnce(tx, incoming, () => Promise.resolve(void order.push('second'))),
      { timeoutMs: 5000 },
    );
    goOn.resolve();
    expect(await Promise.all([first, second])).toEqual([true, false]);
    expect(order).toEqual(['first']);
  });

  it('gives the message to the second when the first fails', async () => {
    const inside = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    const first = here.transaction(
      (tx) =>
        applyOnce(tx, incoming, async () => {
          inside.resolve();
          await goOn.promise;
          throw new Error('no');
        }),
      { timeoutMs: 5000 },
    );
    const failed = expect(first).rejects.toThrow('no');
    await inside.promise;
    const second = there.transaction((tx) => applyOnce(tx, incoming, () => Promise.resolve()), {
      timeoutMs: 5000,
    });
    goOn.resolve();
    await failed;
    expect(await second).toBe(true);
  });

  it('runs one effect for each of many messages that come to both', async () => {
    let effects = 0;
    const deliver = (sql: Sql<OutboxTables>, n: number): Promise<boolean> =>
      sql.transaction((tx) => applyOnce(tx, { ...incoming, messageId: `m:${n}` }, () => Promise.resolve()), {
        timeoutMs: 5000,
      });
    const all = Array.from({ length: 100 }, (_, n) => [deliver(here, n), deliver(there, n)]).flat();
    for (const applied of await Promise.all(all)) effects += Number(applied);
    expect(effects).toBe(100);
  });
});
