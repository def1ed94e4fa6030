import { AsyncLocalStorage } from 'node:async_hooks';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FakeClock } from '@storey/context';
import { sql as raw, type Transaction } from 'kysely';
import { openSql, type Migrations, type Sql, type TransactionOptions } from '../index.js';

interface Db {
  t: { id: number; text: string };
  child: { t_id: number };
}

const migrations: Migrations = {
  '1': {
    up: async (db) => {
      await raw`create table t (id integer primary key, text text)`.execute(db);
      await raw`create table child (t_id integer references t (id) deferrable initially deferred)`.execute(
        db,
      );
    },
  },
};

describe('group commit', () => {
  let db: Sql<Db>;
  let clock: FakeClock;
  let statements: string[];

  beforeEach(async () => {
    clock = new FakeClock();
    statements = [];
    db = await openSql('sqlite::memory:', {
      migrations,
      clock,
      onStatement: (text) => statements.push(text),
    });
    statements.length = 0;
  });

  afterEach(() => db.close());

  const insert = (id: number, options?: TransactionOptions): Promise<unknown> =>
    db.transaction((tx) => tx.insertInto('t').values({ id, text: '' }).execute(), options);
  const fill = async (tx: Transaction<Db>): Promise<void> => {
    for (let id = 1_000; id < 3_000; id += 1) {
      await tx
        .insertInto('t')
        .values({ id, text: 'x'.repeat(3_000) })
        .execute();
    }
  };
  /** Rejects right away with `reason`, without an unhandled rejection in between. */
  const outcome = (promise: Promise<unknown>): Promise<string> =>
    promise.then(
      () => 'done',
      (error: { kind?: string; message: string }) => error.kind ?? error.message,
    );
  const groups = (): number => statements.filter((text) => text === 'begin immediate').length;
  const limitPages = (pages: number) =>
    db.transaction((tx) => raw`pragma max_page_count = ${raw.lit(pages)}`.execute(tx));
  const ids = async (): Promise<number[]> =>
    (await db.read.selectFrom('t').select('id').orderBy('id').execute()).map(({ id }) => id);
  const range = (length: number): number[] => Array.from({ length }, (_, n) => n);

  it('shares one COMMIT among those who wait, 128 at most', async () => {
    await Promise.all(range(300).map((id) => insert(id)));
    expect(groups()).toBe(3);
    expect(await ids()).toHaveLength(300);
  });

  it('ends a group after 5 ms, so that the event loop gets its turn', async () => {
    const slow = () => db.transaction(() => clock.advance(3));
    await Promise.all([slow(), slow(), slow()]);
    expect(groups()).toBe(2);
  });

  it('answers nobody before COMMIT', async () => {
    const log: string[] = [];
    const first = insert(1).then(() => log.push(`1 after ${statements.at(-1)}`));
    const second = insert(2).then(() => log.push(`2 after ${statements.at(-1)}`));
    await Promise.all([first, second]);
    expect(log).toEqual(['1 after commit', '2 after commit']);
  });

  it('tells listeners once a group, with all its tags', async () => {
    const told: string[][] = [];
    db.onCommit((tags) => told.push([...tags].sort()));
    await Promise.all([
      insert(1, { notify: 'outbox' }),
      insert(2, { notify: 'audit' }),
      insert(3, { notify: 'outbox' }),
    ]);
    expect(told).toEqual([['audit', 'outbox']]);
  });

  it('runs each work in the context of its caller', async () => {
    const storage = new AsyncLocalStorage<number>();
    const seen = range(3).map((n) =>
      storage.run(n, () => db.transaction(() => Promise.resolve(storage.getStore()))),
    );
    expect(await Promise.all(seen)).toEqual([0, 1, 2]);
  });

  it('rejects the whole group when COMMIT fails, and goes on', async () => {
    const orphan = db.transaction((tx) => tx.insertInto('child').values({ t_id: 99 }).execute());
    expect(await Promise.all([insert(1), orphan, insert(2)].map(outcome))).toEqual(
      new Array<string>(3).fill('FOREIGN KEY constraint failed'),
    );
    expect(await ids()).toEqual([]);
    await insert(3);
    expect(await ids()).toEqual([3]);
  });

  it('is unavailable for the whole group when the disk is full, and heals by itself', async () => {
    await limitPages(12);
    const group = [insert(1), db.transaction(fill), insert(2)];
    expect(await Promise.all(group.map(outcome))).toEqual(['unavailable', 'unavailable', 'done']);
    expect(await ids()).toEqual([2]);
    await limitPages(1_000_000);
    await insert(3);
    expect(await ids()).toEqual([2, 3]);
  });

  it('believes no work that went on after the disk was full', async () => {
    await limitPages(12);
    const before = insert(1);
    const careless = db.transaction((tx) => fill(tx).catch(() => undefined));
    expect(await Promise.all([before, careless].map(outcome))).toEqual(['unavailable', 'unavailable']);
    expect(await ids()).toEqual([]);
  });

  it('leaves the queue when the signal aborts or the time is over while it waits', async () => {
    const gate = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const holder = db.transaction(
      () => {
        begun.resolve();
        return gate.promise;
      },
      { timeoutMs: 60_000 },
    );
    const controller = new AbortController();
    const aborted = outcome(insert(1, { signal: controller.signal }));
    const late = outcome(insert(2, { timeoutMs: 50 }));
    await begun.promise;
    controller.abort(new Error('client has gone'));
    expect(await aborted).toBe('client has gone');
    await clock.advance(50);
    expect(await late).toBe('unavailable');
    gate.resolve();
    await holder;
    expect(await ids()).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('stops work that never waits when its time is over', async () => {
    let time = 0;
    clock.monotonic = () => (time += 10);
    expect(await outcome(db.transaction(fill, { timeoutMs: 1_000 }))).toBe('deadline_exceeded');
    expect(await ids()).toEqual([]);
  });

  it('turns away one whose time ran out while the event loop was held up', async () => {
    let time = 0;
    clock.monotonic = () => time;
    const holdingUp = db.transaction(() => Promise.resolve((time += 400)), { timeoutMs: 1_000 });
    const late = outcome(insert(1));
    expect(await holdingUp).toBe(400);
    expect(await late).toBe('unavailable');
    expect(await ids()).toEqual([]);
  });

  it('waits for the disk unless all who share the COMMIT can do without', async () => {
    const level = (durable?: boolean): Promise<unknown> =>
      db.transaction(
        async (tx) => Object.values((await raw`pragma synchronous`.execute(tx)).rows[0] ?? {})[0],
        durable === undefined ? {} : { durable },
      );
    expect([await level(false), await level(), await level(false)]).toEqual([1n, 2n, 1n]);
    expect(await Promise.all([level(false), level(true), level(false)])).toEqual([2n, 2n, 2n]);
    let second: Promise<unknown> | undefined;
    const first = db.transaction(
      async (tx) => {
        second = level(true);
        return raw`select 1`.execute(tx);
      },
      { durable: false },
    );
    await first;
    expect(await second).toBe(2n);
  });

  it('lets 10,000 wait and refuses the next at once', async () => {
    const waiting = Promise.all(range(10_000).map((id) => insert(id)));
    expect(await outcome(insert(10_000))).toBe('unavailable');
    expect(statements).toEqual([]);
    await waiting;
    expect(await ids()).toHaveLength(10_000);
  });

  it('closes after the running group and rejects those who still wait', async () => {
    const begun = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    const running = db.transaction(async (tx) => {
      begun.resolve();
      await gate.promise;
      await tx.insertInto('t').values({ id: 1, text: '' }).execute();
    });
    const waiting = outcome(insert(2));
    await begun.promise;
    const closed = db.close();
    expect(await waiting).toBe('unavailable');
    gate.resolve();
    await Promise.all([running, closed]);
    expect(statements.slice(-2)).toEqual(['commit', 'pragma wal_checkpoint(truncate)']);
  });

  it('refuses to stream and to begin transactions behind its back', async () => {
    const rows = db.read.selectFrom('t').selectAll().stream();
    await expect(rows.next()).rejects.toMatchObject({ kind: 'internal' });
    await expect(db.read.transaction().execute(() => Promise.resolve())).rejects.toMatchObject({
      kind: 'internal',
    });
  });
});
