import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Deadline, runInContext } from '@storey/context';
import { dropTestDatabases, eventually, mysqlTestUrl, ToxicProxy } from '@storey/testing';
import { sql as raw, type Transaction } from 'kysely';
import { item, migrations, type ContractDb } from '../contract-db.js';
import { forUpdate, insertIgnore, openSql, type Sql } from '../index.js';

type Tx = Transaction<ContractDb>;

let proxy: ToxicProxy;
/** Behind the proxy, with one connection for transactions and one for reads. */
let db: Sql<ContractDb>;
/** Another process on the same database. */
let other: Sql<ContractDb>;
let onStatement: (text: string) => void;
const opened: Sql<ContractDb>[] = [];

const open = async (url: string): Promise<Sql<ContractDb>> => {
  const sql = await openSql<ContractDb>(url, { migrations, onStatement: (text) => onStatement(text) });
  opened.push(sql);
  return sql;
};

beforeEach(async () => {
  onStatement = () => undefined;
  const url = new URL(mysqlTestUrl());
  proxy = await ToxicProxy.start({ targetHost: url.hostname, targetPort: Number(url.port || 3306) });
  other = await open(url.href);
  url.hostname = '127.0.0.1';
  url.port = String(proxy.port);
  db = await open(`${url.href}?pool=1`);
  await insert(db, 1n);
});

afterEach(async () => {
  proxy.set({ kind: 'none' });
  proxy.cut();
  await Promise.all(opened.splice(0).map((sql) => sql.close()));
  await proxy[Symbol.asyncDispose]();
});

afterAll(() => dropTestDatabases());

const insert = (sql: Sql<ContractDb>, id: bigint, timeoutMs = 2000): Promise<unknown> =>
  sql.transaction((tx) => tx.insertInto('item').values(item(id)).execute(), { timeoutMs });

/** Within a request, which has 300 ms. */
const read = (): Promise<unknown> =>
  runInContext({ traceId: '', priority: 'critical', deadline: Deadline.in(300) }, () =>
    db.read.selectFrom('item').select('id').execute(),
  );

const ids = async (): Promise<bigint[]> =>
  (await other.read.selectFrom('item').select('id').orderBy('id').execute()).map(({ id }) => id);

const kindOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'done',
    (error: unknown) => (error as { readonly kind?: unknown }).kind ?? error,
  );

/** Sessions with a transaction open in this database, but for the one that looks. */
const openTransactions = async (): Promise<number> => {
  const { rows } = await raw<{ n: bigint }>`select count(*) as n from information_schema.innodb_trx t
    join information_schema.processlist p on p.id = t.trx_mysql_thread_id
    where p.db = database() and p.id <> connection_id()`.execute(other.read);
  return Number(rows[0]?.n);
};

const sessionOf = async (tx: Tx): Promise<bigint> =>
  (await raw<{ id: bigint }>`select connection_id() as id`.execute(tx)).rows[0]?.id ?? 0n;

const kill = (session: bigint): Promise<unknown> => raw.raw(`kill ${session}`).execute(other.read);

describe('COMMIT', () => {
  it.each([
    ['is never answered', () => proxy.set({ kind: 'timeout' })],
    ['is cut off', () => setImmediate(() => proxy.set({ kind: 'down' }))],
  ])('that %s has an unknown outcome, and its connection is not used again', async (_, fault) => {
    onStatement = (text) => text === 'commit' && fault();
    expect(await kindOf(insert(db, 2n))).toBe('outcome_unknown');
    onStatement = () => undefined;
    proxy.set({ kind: 'none' });
    await insert(db, 3n);
    expect(await ids()).toContain(3n);
  });
});

describe('a connection', () => {
  it('that fell silent just now costs who gets it the deadline, and is not used again', async () => {
    await read();
    proxy.set({ kind: 'timeout' });
    expect(await kindOf(insert(db, 2n, 300))).toBe('deadline_exceeded');
    expect(await kindOf(read())).toBe('deadline_exceeded');
    await eventually(() => expect(proxy.connections).toBe(0));
    proxy.set({ kind: 'none' });
    await insert(db, 3n);
    await read();
    expect(await ids()).toEqual([1n, 3n]);
  });

  it('that fell silent while it idled is found out, and others are to be had a second after the silence', async () => {
    await sleep(1000);
    proxy.set({ kind: 'timeout' });
    expect(await kindOf(insert(db, 2n, 2000))).toBe('unavailable');
    expect(await kindOf(read())).toBe('unavailable');
    proxy.set({ kind: 'none' });
    await sleep(1000);
    await insert(db, 3n);
    await read();
    expect(await ids()).toEqual([1n, 3n]);
  });

  it('that falls silent during a statement is destroyed at the deadline', async () => {
    const before = proxy.connections;
    const work = db.transaction(
      async (tx) => {
        proxy.set({ kind: 'timeout' });
        await tx.insertInto('item').values(item(2n)).execute();
      },
      { timeoutMs: 300 },
    );
    expect(await kindOf(work)).toBe('deadline_exceeded');
    await eventually(() => expect(proxy.connections).toBe(before - 1));
    proxy.set({ kind: 'none' });
    await insert(db, 2n);
    expect(await ids()).toEqual([1n, 2n]);
  });

  it('whose session can’t be set up is not left open', async () => {
    onStatement = (text) => {
      if (text.startsWith('set session')) throw new Error('no');
    };
    proxy.cut();
    expect(await kindOf(insert(db, 2n, 300))).toBe('unavailable');
    await eventually(() => expect(proxy.connections).toBe(0));
  });

  it('that was reset is replaced: the first write after an outage succeeds', async () => {
    await db.ping();
    proxy.set({ kind: 'down' });
    expect(await kindOf(insert(db, 2n, 300))).toBe('unavailable');
    expect(await kindOf(db.ping())).toBe('unavailable');
    proxy.set({ kind: 'none' });
    await insert(db, 3n);
    await db.ping();
    expect(await ids()).toEqual([1n, 3n]);
  });

  it('that is killed during the work makes it run again as a whole', async () => {
    let runs = 0;
    await db.transaction(
      async (tx) => {
        await tx.insertInto('item').values(item(2n)).execute();
        if ((runs += 1) === 1) await kill(await sessionOf(tx));
        await tx.insertInto('item').values(item(3n)).execute();
      },
      { timeoutMs: 5000 },
    );
    expect(runs).toBe(2);
    expect(await ids()).toEqual([1n, 2n, 3n]);
  });

  it('that is killed takes no further statement, though the work caught the error', async () => {
    let runs = 0;
    await db.transaction(
      async (tx) => {
        if ((runs += 1) === 1) await kill(await sessionOf(tx));
        await tx
          .insertInto('item')
          .values(item(2n))
          .execute()
          .catch(() => undefined);
        await tx.insertInto('item').values(item(3n)).execute();
      },
      { timeoutMs: 5000 },
    );
    expect([runs, await ids()]).toEqual([2, [1n, 2n, 3n]]);
  });
});

describe('the pool', () => {
  it('refuses in time when every connection is in use, and is whole afterwards', async () => {
    const held = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const holder = db.transaction(
      async (tx) => {
        await sessionOf(tx);
        begun.resolve();
        await held.promise;
      },
      { timeoutMs: 10_000 },
    );
    await begun.promise;
    const began = performance.now();
    const refused = Array.from({ length: 20 }, () => kindOf(insert(db, 9n, 300)));
    expect(new Set(await Promise.all(refused))).toEqual(new Set(['unavailable']));
    expect(performance.now() - began).toBeLessThan(5000);
    held.resolve();
    await holder;
    for (let id = 2n; id < 12n; id += 1n) await insert(db, id);
    expect(await openTransactions()).toBe(0);
  });

  it.each<[string, (tx: Tx) => Promise<void>]>([
    ['throws', () => Promise.reject(new Error('changed my mind'))],
    [
      'leaves a statement behind',
      (tx) => {
        void raw`select sleep(1)`.execute(tx).catch(() => undefined);
        return Promise.reject(new Error('changed my mind'));
      },
    ],
  ])('gets no open transaction back from work that %s', async (_, end) => {
    const work = db.transaction(
      async (tx) => {
        await tx.insertInto('item').values(item(2n)).execute();
        await end(tx);
      },
      { timeoutMs: 5000 },
    );
    await expect(work).rejects.toThrow('changed my mind');
    await eventually(async () => expect(await openTransactions()).toBe(0));
    await insert(db, 3n);
    expect(await ids()).toEqual([1n, 3n]);
  });

  it('undoes what waits for something foreign past its time', async () => {
    const work = db.transaction(
      async (tx) => {
        await tx.insertInto('item').values(item(2n)).execute();
        await new Promise(() => undefined);
      },
      { timeoutMs: 200 },
    );
    expect(await kindOf(work)).toBe('deadline_exceeded');
    await insert(db, 3n);
    expect([await ids(), await openTransactions()]).toEqual([[1n, 3n], 0]);
  });
});

describe('a conflict', () => {
  const bump = (tx: Tx, id: bigint): Promise<unknown> =>
    tx
      .updateTable('item')
      .set((eb) => ({ count: eb('count', '+', 1) }))
      .where('id', '=', id)
      .execute();

  it.each([
    ['lets both succeed', (error: unknown) => Promise.reject(error as Error)],
    ['undoes all of the one that is chosen, though its work goes on', () => Promise.resolve()],
  ])('of two transactions that wait for each other %s', async (_, caught) => {
    await insert(db, 2n);
    const met = [Promise.withResolvers<void>(), Promise.withResolvers<void>()] as const;
    let runs = 0;
    const cross = (sql: Sql<ContractDb>, own: 0 | 1, rows: readonly [bigint, bigint]): Promise<void> =>
      sql.transaction(
        async (tx) => {
          runs += 1;
          await bump(tx, rows[0]);
          met[own].resolve();
          await Promise.all(met.map(({ promise }) => promise));
          await bump(tx, rows[1]).catch(caught);
          await tx
            .insertInto('item')
            .values(item(10n + BigInt(own)))
            .execute();
        },
        { timeoutMs: 5000 },
      );
    await Promise.all([cross(db, 0, [1n, 2n]), cross(other, 1, [2n, 1n])]);
    expect(runs).toBe(3);
    const rows = await other.read.selectFrom('item').select(['id', 'count']).orderBy('id').execute();
    expect(rows).toEqual([
      { id: 1n, count: 3 },
      { id: 2n, count: 3 },
      { id: 10n, count: 1 },
      { id: 11n, count: 1 },
    ]);
  });

  it('with a lock that is held too long is rolled back explicitly and tried again', async () => {
    const statements: string[] = [];
    const locked = Promise.withResolvers<void>();
    const waited = Promise.withResolvers<void>();
    const holder = other.transaction(
      async (tx) => {
        await forUpdate(tx.selectFrom('item').selectAll().where('id', '=', 1n)).execute();
        locked.resolve();
        await waited.promise;
      },
      { timeoutMs: 10_000 },
    );
    await locked.promise;
    onStatement = (text) => {
      statements.push(text);
      if (text === 'rollback') waited.resolve();
    };
    await db.transaction(
      async (tx) => {
        await tx.insertInto('item').values(item(2n)).execute();
        await bump(tx, 1n);
      },
      { timeoutMs: 8000 },
    );
    await holder;
    expect(statements.filter((text) => text === 'rollback')).toHaveLength(1);
    expect(await ids()).toEqual([1n, 2n]);
  });
});

describe('a server that takes no writes any more', () => {
  it('is left: the write is unavailable, the next goes to a new connection', async () => {
    await db.transaction((tx) => raw`set session transaction_read_only = 1`.execute(tx));
    expect(await kindOf(insert(db, 2n))).toBe('unavailable');
    await insert(db, 3n);
    expect(await ids()).toEqual([1n, 3n]);
  });
});

describe('INSERT IGNORE', () => {
  it('stores nothing rather than text that was cut', async () => {
    const long = item(2n, { title: 'x'.repeat(201) });
    const write = db.transaction((tx) => insertIgnore(tx, 'item', [item(1n), long], ['id']));
    expect(await kindOf(write)).toBe('internal');
    expect(await ids()).toEqual([1n]);
  });
});

describe('prepared statements', () => {
  it('are bounded on the server, those of bulk writes not kept', async () => {
    const kept = await db.transaction(
      async (tx) => {
        for (let n = 0; n < 300; n += 1) await raw.raw(`select ${n}`).execute(tx);
        await raw.raw(`select /* ${'x'.repeat(8_192)} */ 1`).execute(tx);
        const { rows } = await raw<{ text: string }>`select sql_text as text
          from performance_schema.prepared_statements_instances
          where owner_thread_id = ps_current_thread_id()`.execute(tx);
        return rows.map(({ text }) => text.length);
      },
      { timeoutMs: 20_000 },
    );
    expect(kept.length).toBeGreaterThan(200);
    expect(kept.length).toBeLessThanOrEqual(256);
    expect(Math.max(...kept)).toBeLessThan(8_192);
  });
});
