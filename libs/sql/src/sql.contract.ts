import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FakeClock } from '@storey/context';
import { type Transaction } from 'kysely';
import { item, migrations, type ContractDb, type Item } from './contract-db.js';
import { forUpdate, insertIgnore, openSql, tableFor, type OpenSqlOptions, type Sql } from './index.js';
import { describeWrites } from './writes.contract.js';

/**
 * What every adapter of `Sql` promises.
 * @param create the URL of a new, empty database, and how to be rid of it.
 */
export function describeSql(
  name: string,
  create: () => Promise<{ readonly url: string; readonly remove: () => Promise<void> }>,
): void {
  describe(`${name} as Sql`, () => {
    let database: Awaited<ReturnType<typeof create>>;
    let db: Sql<ContractDb>;
    const statements: string[] = [];

    const open = (options: Partial<OpenSqlOptions> = {}): Promise<Sql<ContractDb>> =>
      openSql<ContractDb>(database.url, {
        migrations,
        onStatement: (text) => statements.push(text),
        ...options,
      });
    const insert = (row: Item): Promise<unknown> =>
      db.transaction((tx) => tx.insertInto('item').values(row).execute());
    const ids = async (): Promise<bigint[]> => {
      const rows = await db.read.selectFrom('item').select('id').orderBy('id').execute();
      return rows.map(({ id }) => id);
    };

    beforeEach(async () => {
      database = await create();
      db = await open();
    });

    afterEach(async () => {
      await db.close();
      await database.remove();
    });

    describe('transaction', () => {
      it('returns what the work returns, after its rows can be read', async () => {
        expect(await db.transaction((tx) => insertIgnore(tx, 'item', item(1n), ['id']))).toBe(1);
        expect(await ids()).toEqual([1n]);
      });

      it('undoes everything of a work that throws, and nothing of those beside it', async () => {
        const failure = new Error('changed my mind');
        const results = await Promise.allSettled([
          insert(item(1n)),
          db.transaction(async (tx) => {
            await tx.insertInto('item').values(item(2n)).execute();
            await tx.insertInto('item').values(item(3n)).execute();
            throw failure;
          }),
          insert(item(4n)),
        ]);
        expect(results[1]).toEqual({ status: 'rejected', reason: failure });
        expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
        expect(await ids()).toEqual([1n, 4n]);
      });

      it('sees its own rows before others do', async () => {
        const [inside, outside] = await db.transaction(async (tx) => {
          await tx.insertInto('item').values(item(1n)).execute();
          return [await tx.selectFrom('item').select('id').execute(), await ids()];
        });
        expect(inside).toEqual([{ id: 1n }]);
        expect(outside).toEqual([]);
      });

      it('loses no update among many that read, then write', async () => {
        await insert(item(1n, { count: 0 }));
        const increment = (): Promise<unknown> =>
          db.transaction(
            async (tx) => {
              const query = tx.selectFrom('item').select('count').where('id', '=', 1n);
              const { count } = await forUpdate(query).executeTakeFirstOrThrow();
              await tx
                .updateTable('item')
                .set({ count: count + 1 })
                .where('id', '=', 1n)
                .execute();
            },
            { timeoutMs: 10_000 },
          );
        await Promise.all(Array.from({ length: 50 }, increment));
        expect(await db.read.selectFrom('item').select('count').execute()).toEqual([{ count: 50 }]);
      });

      it('ends a work that waits for something foreign, undone, and goes on', async () => {
        await db.close();
        const clock = new FakeClock();
        db = await open({ clock });
        const begun = Promise.withResolvers<void>();
        const hanging = db.transaction(
          async (tx) => {
            await tx.insertInto('item').values(item(1n)).execute();
            begun.resolve();
            await new Promise(() => undefined);
          },
          { timeoutMs: 100 },
        );
        const behind = db.transaction((tx) => tx.insertInto('item').values(item(2n)).execute(), {
          timeoutMs: 1_000,
        });
        const refused = expect(hanging).rejects.toMatchObject({ kind: 'deadline_exceeded' });
        await begun.promise;
        await clock.advance(100);
        await refused;
        await behind;
        expect(await ids()).toEqual([2n]);
        expect(clock.pendingTimers).toBe(0);
      });

      it('refuses a statement that comes after its transaction ended', async () => {
        const tx = await db.transaction((tx) => Promise.resolve({ tx }));
        await expect(tx.tx.insertInto('item').values(item(1n)).execute()).rejects.toMatchObject({
          kind: 'internal',
        });
        expect(await ids()).toEqual([]);
      });

      it('does not begin when the signal has aborted, and goes on when it aborts later', async () => {
        const gone = new Error('gone');
        const work = (tx: Transaction<ContractDb>): Promise<unknown> =>
          tx.insertInto('item').values(item(1n)).execute();
        await expect(db.transaction(work, { signal: AbortSignal.abort(gone) })).rejects.toBe(gone);
        expect(await ids()).toEqual([]);

        const controller = new AbortController();
        await db.transaction(
          (tx) => {
            controller.abort(gone);
            return work(tx);
          },
          { signal: controller.signal },
        );
        expect(await ids()).toEqual([1n]);
      });
    });

    describe('onCommit', () => {
      it('tells the tags of what was committed, not of what was undone', async () => {
        const told: string[] = [];
        const stop = db.onCommit((tags) => told.push(...tags));
        const noted = (notify: string, work: () => Promise<unknown>) => db.transaction(work, { notify });
        await noted('outbox', () => Promise.resolve());
        await insert(item(1n));
        await expect(noted('undone', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
        expect(told).toEqual(['outbox']);
        stop();
        await noted('outbox', () => Promise.resolve());
        expect(told).toEqual(['outbox']);
      });
    });

    describeWrites(() => db, statements);

    describe('migrations and tables', () => {
      it('makes every physical table of a sharded one', async () => {
        for (let shard = 0n; shard < 64n; shard += 1n) {
          const table = tableFor('note', shard, db.tables);
          await db.transaction((tx) => tx.insertInto(table).values({ id: shard, text: 'x' }).execute());
        }
        const rows = await db.read
          .selectFrom(tableFor('note', db.tables.count - 1, db.tables))
          .select('id')
          .execute();
        expect(rows).toHaveLength(64 / db.tables.count);
      });

      it('runs each migration once and keeps rows and table count over reopening', async () => {
        const { first, count } = db.tables;
        await insert(item(1n));
        await db.close();
        statements.length = 0;
        db = await open();
        expect(statements.filter((text) => /create table ["`]?(item|note)/.test(text))).toEqual([]);
        expect(db.tables).toMatchObject({ first, count });
        expect(await ids()).toEqual([1n]);
      });

      it('keeps the tables that it has, whatever number a new one would have', async () => {
        const { first, count } = db.tables;
        await db.close();
        db = await open({ tables: count * 2 });
        expect(db.tables).toMatchObject({ first, count });
      });

      it('names the migration that fails', async () => {
        await db.close();
        const failing = open({
          migrations: (tables) => ({
            ...migrations(tables),
            '0003-broken': { up: () => Promise.reject(new Error('no such thing')) },
          }),
        });
        await expect(failing).rejects.toThrow(/0003-broken.*no such thing/);
        db = await open();
      });
    });

    describe('outside a transaction', () => {
      it('refuses to write', async () => {
        await expect(db.read.insertInto('item').values(item(1n)).execute()).rejects.toThrow();
        expect(await ids()).toEqual([]);
      });

      it('answers a ping until it is closed, then everything is unavailable', async () => {
        await db.ping();
        await db.close();
        await db.close();
        const unavailable = { kind: 'unavailable' };
        await expect(db.ping()).rejects.toMatchObject(unavailable);
        await expect(insert(item(1n))).rejects.toMatchObject(unavailable);
        await expect(ids()).rejects.toMatchObject(unavailable);
      });
    });
  });
}
