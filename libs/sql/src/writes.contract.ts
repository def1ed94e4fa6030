import { describe, expect, it } from '@jest/globals';
import { sql as raw } from 'kysely';
import { item, type ContractDb, type Item } from './contract-db.js';
import { insertIgnore, isUniqueViolation, upsert, type Sql } from './index.js';

const key = ['id'] as const;

/** The part of the contract about values and the helpers that write them. */
export function describeWrites(opened: () => Sql<ContractDb>, statements: string[]): void {
  const insert = (row: Item): Promise<unknown> =>
    opened().transaction((tx) => tx.insertInto('item').values(row).execute());
  const ids = async (): Promise<bigint[]> => {
    const rows = await opened().read.selectFrom('item').select('id').orderBy('id').execute();
    return rows.map(({ id }) => id);
  };

  describe('values', () => {
    it.each([0n, -1n, 2n ** 53n + 1n, 2n ** 63n - 1n, -(2n ** 63n)])('keeps %p in a bigint', async (at) => {
      await insert(item(1n, { at }));
      expect(await opened().read.selectFrom('item').select('at').execute()).toEqual([{ at }]);
    });

    it.each(['', 'plain', '盖楼 弹幕', 'family 👨‍👩‍👧‍👦 𠮷', 'quote \' " \\ %', 'line\r\nline', 'e\u0301 \u202e'])(
      'keeps the text %p',
      async (title) => {
        await insert(item(1n, { title }));
        expect(await opened().read.selectFrom('item').select('title').execute()).toEqual([{ title }]);
        const found = opened().read.selectFrom('item').select('id').where('title', '=', title).execute();
        expect(await found).toEqual([{ id: 1n }]);
      },
    );

    it('tells texts apart byte by byte and sorts them so', async () => {
      const titles = ['a', 'A', 'a ', 'á', 'a\u0301', 'ß', 'ss', '盖', '盖楼', '😀', '\ufb01'];
      for (const [at, title] of titles.entries()) await insert(item(BigInt(at), { title }));
      for (const [at, title] of titles.entries()) {
        const found = opened().read.selectFrom('item').select('id').where('title', '=', title).execute();
        expect(await found).toEqual([{ id: BigInt(at) }]);
      }
      const rows = await opened().read.selectFrom('item').select('title').orderBy('title').execute();
      const bytewise = titles.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      expect(rows.map(({ title }) => title)).toEqual(bytewise);
    });

    it('keeps bytes, NULL and small integers', async () => {
      const body = Uint8Array.from({ length: 256 }, (_, byte) => byte);
      await insert(item(1n, { body, count: -7 }));
      await insert(item(2n));
      const rows = await opened().read.selectFrom('item').select(['body', 'count']).orderBy('id').execute();
      expect(rows[0]?.body && Uint8Array.from(rows[0].body)).toEqual(body);
      expect(rows.map(({ count }) => count)).toEqual([-7, 1]);
      expect(rows[1]?.body).toBeNull();
    });

    it('gives integer expressions as bigint, others as number', async () => {
      await insert(item(1n, { at: 2n ** 62n, count: 2 }));
      await insert(item(2n, { at: 2n ** 61n, count: 3 }));
      const query = opened()
        .read.selectFrom('item')
        .select(({ fn, lit }) => [
          fn.countAll<bigint>().as('rows'),
          fn.sum<bigint>('at').as('sum'),
          fn.sum<bigint>('count').as('small'),
          fn.max<bigint>('count').as('most'),
          fn.avg<number>('count').as('mean'),
          fn.coalesce(fn.max('body'), lit(null)).as('none'),
        ]);
      expect(await query.executeTakeFirst()).toEqual({
        rows: 2n,
        sum: 2n ** 62n + 2n ** 61n,
        small: 5n,
        most: 3n,
        mean: 2.5,
        none: null,
      });
    });

    it('takes a number and a bigint alike, in conditions and as a limit', async () => {
      for (const id of [1n, 2n, 3n]) await insert(item(id, { count: Number(id) }));
      const rows = await opened()
        .read.selectFrom('item')
        .select('id')
        .where('count', '>=', 2)
        .where('at', '=', 1_700_000_000_000n)
        .orderBy('id')
        .limit(1)
        .execute();
      expect(rows).toEqual([{ id: 2n }]);
    });

    it('counts the rows that an update finds, changed or not', async () => {
      await insert(item(1n));
      const update = (id: bigint) =>
        opened().transaction((tx) =>
          tx.updateTable('item').set({ count: 1 }).where('id', '=', id).executeTakeFirstOrThrow(),
        );
      expect((await update(1n)).numUpdatedRows).toBe(1n);
      expect((await update(2n)).numUpdatedRows).toBe(0n);
    });

    it.each<[string, unknown]>([
      ['undefined', undefined],
      ['a Date', new Date(0)],
      ['NaN', Number.NaN],
      ['an integer beyond 64 bits', 2n ** 63n],
      ['text with NUL', 'a\0b'],
      ['half a surrogate pair', 'a\ud800'],
      ['an object', { a: 1 }],
    ])('refuses %s rather than store something else', async (_, value) => {
      const write = opened().transaction((tx) => raw`update item set title = ${value}`.execute(tx));
      await expect(write).rejects.toMatchObject({ kind: 'internal' });
    });
  });

  describe('upsert', () => {
    const all = () =>
      opened().read.selectFrom('item').select(['id', 'title', 'count']).orderBy('id').execute();

    it('inserts what is new and changes only the named columns of what exists', async () => {
      await insert(item(1n, { title: 'old', count: 5 }));
      const rows = [item(1n, { title: 'new', count: 9 }), item(2n, { title: 'two' })];
      await opened().transaction((tx) => upsert(tx, 'item', rows, { key, set: ['title'] }));
      expect(await all()).toEqual([
        { id: 1n, title: 'new', count: 5 },
        { id: 2n, title: 'two', count: 1 },
      ]);
    });

    it('computes from the row that is there and the row that came', async () => {
      await insert(item(1n, { count: 5 }));
      await opened().transaction((tx) =>
        upsert(tx, 'item', item(1n, { count: 4 }), {
          key,
          set: ({ current, incoming }) => ({ count: raw`${current('count')} + ${incoming('count')}` }),
        }),
      );
      expect(await all()).toEqual([{ id: 1n, title: 'title 1', count: 9 }]);
    });

    it('with ifNewer leaves what is as new or newer alone', async () => {
      await insert(item(1n, { at: 10n, title: 'at 10' }));
      const write = (at: bigint): Promise<void> =>
        opened().transaction((tx) =>
          upsert(tx, 'item', item(1n, { at, title: `late ${at}` }), {
            key,
            set: ['at', 'title'],
            ifNewer: 'at',
          }),
        );
      await write(9n);
      await write(10n);
      expect(await all()).toMatchObject([{ title: 'at 10' }]);
      await write(11n);
      expect(await all()).toMatchObject([{ title: 'late 11' }]);
    });

    it('writes hundreds of rows in one statement, and more than one statement can take', async () => {
      const rows = Array.from({ length: 8_000 }, (_, i) => item(BigInt(i)));
      const options = { key, set: ['count'] as const };
      statements.length = 0;
      await opened().transaction((tx) => upsert(tx, 'item', rows.slice(0, 500), options), {
        timeoutMs: 20_000,
      });
      expect(statements.filter((text) => text.startsWith('insert'))).toHaveLength(1);
      await opened().transaction((tx) => upsert(tx, 'item', rows, options), { timeoutMs: 20_000 });
      expect(await ids()).toHaveLength(8_000);
    });

    it('does nothing with no rows', async () => {
      await opened().transaction((tx) => upsert(tx, 'item', [], { key, set: ['count'] }));
      expect(await ids()).toEqual([]);
    });
  });

  describe('insertIgnore', () => {
    it('counts what was new and leaves the rest', async () => {
      await insert(item(1n, { title: 'mine' }));
      const rows = [item(1n), item(2n), item(3n)];
      expect(await opened().transaction((tx) => insertIgnore(tx, 'item', rows, key))).toBe(2);
      const [first] = await opened().read.selectFrom('item').select('title').orderBy('id').execute();
      expect(first).toEqual({ title: 'mine' });
    });
  });

  it('lets one of many win who insert the same key at once', async () => {
    const one = (at: number): Promise<number> =>
      opened().transaction((tx) => insertIgnore(tx, 'item', item(1n, { count: at }), key), {
        timeoutMs: 10_000,
      });
    const inserted = await Promise.all(Array.from({ length: 20 }, (_, at) => one(at)));
    expect(inserted.toSorted()).toEqual([...Array.from({ length: 19 }, () => 0), 1]);
    expect(await ids()).toEqual([1n]);
  });

  describe('isUniqueViolation', () => {
    it.each([
      ['the primary key', item(1n, { title: 'other' })],
      ['a unique column', item(2n, { title: 'title 1' })],
    ])('knows a duplicate of %s', async (_, duplicate) => {
      await insert(item(1n));
      const error: unknown = await insert(duplicate).catch((reason: unknown) => reason);
      expect(isUniqueViolation(error)).toBe(true);
      expect(isUniqueViolation(new Error('wrapped', { cause: error }))).toBe(true);
    });

    it('does not take another violation for it', async () => {
      const nothing = opened().transaction((tx) =>
        raw`insert into item (id, title, count, at) values (1, null, 1, 1)`.execute(tx),
      );
      const error: unknown = await nothing.catch((reason: unknown) => reason);
      expect(String(error)).toMatch(/null/i);
      expect(isUniqueViolation(error)).toBe(false);
    });

    it('may be caught inside the work, which goes on', async () => {
      await insert(item(1n));
      await opened().transaction(async (tx) => {
        const add = (row: Item): Promise<unknown> => tx.insertInto('item').values(row).execute();
        await add(item(1n)).catch((error: unknown) => {
          if (!isUniqueViolation(error)) throw error;
        });
        await add(item(2n));
      });
      expect(await ids()).toEqual([1n, 2n]);
    });
  });
}
