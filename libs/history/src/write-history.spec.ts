import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openSql, shardSpan, type Sql } from '@storey/sql';
import { testDatabaseUrl } from '@storey/testing';
import {
  StoredHistory,
  historyMigrations,
  writeDeletion,
  writeRecords,
  type HistoryDb,
  type RecordChange,
} from './index.js';

const ANN = 17n;

const change = (part: Partial<RecordChange> = {}): RecordChange => ({
  userId: ANN,
  business: 'video',
  oid: 'a',
  progress: 10,
  duration: 100,
  at: 1000,
  seq: 0,
  device: 'tv',
  hidden: false,
  snapshot: { title: 'One', coverUrl: 'c', url: 'u', part: 'p' },
  ...part,
});

describe('the tables of history', () => {
  let sql: Sql<HistoryDb>;
  let stored: StoredHistory;
  const spans: number[] = [];

  beforeEach(async () => {
    spans.length = 0;
    sql = await openSql<HistoryDb>(testDatabaseUrl(), {
      tables: 4,
      migrations: historyMigrations,
      onStatement: (text) => spans.push(shardSpan(text, ['history_record', 'history_tombstone'])),
    });
    stored = new StoredHistory(sql);
  });
  afterEach(() => sql.close());

  const only = async () => (await stored.page(ANN, { newerThan: 0, business: '', limit: 9 }))[0];

  it.each<[string, Partial<RecordChange>, number]>([
    ['newer', { at: 1001 }, 20],
    ['older', { at: 999 }, 10],
    ['of the same time', {}, 20],
    ['of the same time and device, with a lower seq', { seq: 4 }, 10],
    ['of the same time and device, with a higher seq', { seq: 6 }, 20],
    ['of the same time and another device', { seq: 4, device: 'web' }, 20],
  ])('take a change that is %s or leave it', async (_, part, expected) => {
    await writeRecords(sql, [change({ seq: 5 })]);
    const written = await writeRecords(sql, [change({ progress: 20, ...part })]);
    expect(written).toBe(expected === 20 ? 1 : 0);
    expect(await only()).toMatchObject({ progress: expected });
  });

  it('keep the snapshot of a row when a change brings none', async () => {
    await writeRecords(sql, [change()]);
    await writeRecords(sql, [change({ at: 1001, snapshot: undefined })]);
    expect(await only()).toMatchObject({ at: 1001, title: 'One', coverUrl: 'c', url: 'u', part: 'p' });
  });

  it.each([
    ['the record', 'video', 'a'],
    ['its business', 'video', ''],
    ['everything', '', ''],
  ])('hold a deletion of %s against all that is not newer', async (_, business, oid) => {
    await writeRecords(sql, [change()]);
    await writeDeletion(sql, ANN, { business, oid, at: 1000 });
    expect(await only()).toBeUndefined();
    expect(await writeRecords(sql, [change()])).toBe(0);
    await writeDeletion(sql, ANN, { business, oid, at: 900 });
    expect(await writeRecords(sql, [change({ at: 950 })])).toBe(0);
    expect(await writeRecords(sql, [change({ at: 1001, snapshot: undefined })])).toBe(1);
    expect(await only()).toMatchObject({ at: 1001, title: '' });
  });

  it('leave what a deletion does not cover', async () => {
    await writeRecords(sql, [
      change(),
      change({ oid: 'b', at: 1001 }),
      change({ business: 'article' }),
      change({ userId: 18n }),
    ]);
    await writeDeletion(sql, ANN, { business: 'video', oid: '', at: 1000 });
    const left = await stored.page(ANN, { newerThan: 0, business: '', limit: 9 });
    expect(left.map(({ business, oid }) => [business, oid])).toEqual([
      ['video', 'b'],
      ['article', 'a'],
    ]);
    expect(await stored.find(18n, [{ business: 'video', oid: 'a' }])).toHaveLength(1);
  });

  it('page newest first, each row once, also among equal times', async () => {
    const changes = Array.from({ length: 30 }, (_, n) => change({ oid: `r${n}`, at: 1000 + (n % 3) }));
    await writeRecords(sql, changes);
    const seen: string[] = [];
    for (let after; ;) {
      const page = await stored.page(ANN, { after, newerThan: 0, business: 'video', limit: 7 });
      after = page.at(-1);
      seen.push(...page.map(({ oid }) => oid));
      if (!after) break;
    }
    expect(new Set(seen).size).toBe(30);
    expect(seen).toHaveLength(30);
  });

  it('take 500 rows of many users, with statements that visit one shard each', async () => {
    const changes = Array.from({ length: 500 }, (_, n) => change({ userId: BigInt(n), oid: `r${n}` }));
    expect(await writeRecords(sql, changes)).toBe(500);
    expect(
      await writeRecords(
        sql,
        changes.map((each) => ({ ...each, at: 999 })),
      ),
    ).toBe(0);
    expect(Math.max(...spans)).toBe(1);
  });
});
