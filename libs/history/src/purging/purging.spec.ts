import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '@storey/context';
import { openSql, tableFor, tableNumbers, shardOfKey, type Sql } from '@storey/sql';
import { testDatabaseUrl } from '@storey/testing';
import {
  MAX_RETENTION_DAYS,
  StoredHistory,
  historyMigrations,
  purgeClears,
  purgeRecords,
  purgeTombstones,
  writeDeletion,
  writeRecords,
  type HistoryDb,
  type RecordChange,
} from '../index.js';

const DAY = 86_400_000;
const ANN = 17n;
const BOB = 18n;

const daysAgo = (days: number): number => systemClock.now() - days * DAY;

const record = (user: bigint, oid: string, days: number): RecordChange => ({
  ...{ userId: user, business: 'video', oid, progress: 10, duration: 100, at: daysAgo(days), seq: 0 },
  ...{ device: 'tv', hidden: false, snapshot: undefined },
});

describe('purging', () => {
  let sql: Sql<HistoryDb>;
  let stored: StoredHistory;
  const statements: string[] = [];

  beforeEach(async () => {
    sql = await openSql<HistoryDb>(testDatabaseUrl(), {
      tables: 4,
      migrations: historyMigrations,
      onStatement: (text) => statements.push(text),
    });
    stored = new StoredHistory(sql);
    statements.length = 0;
  });
  afterEach(() => sql.close());

  const purging = (signal = new AbortController().signal) => ({ sql, clock: systemClock, signal });
  const each = async (purge: (n: number) => Promise<number>): Promise<number> => {
    let rows = 0;
    for (const n of tableNumbers(sql.tables)) rows += await purge(n);
    return rows;
  };
  const records = (): Promise<number> => each((n) => purgeRecords(purging(), n));
  const tombstones = (): Promise<number> => each((n) => purgeTombstones(purging(), n));
  const keep = (user: bigint, retentionDays: number): Promise<void> =>
    stored.putSettings(user, { paused: false, retentionDays });
  const oids = async (user: bigint): Promise<string[]> =>
    (await stored.page(user, { newerThan: 0, business: '', limit: 1000 })).map(({ oid }) => oid);
  const deletions = async (user: bigint): Promise<string[]> =>
    (await stored.deletions(user)).map(({ business, oid }) => `${business}/${oid}`).sort();

  it('removes what is older than its user keeps it, and nothing else', async () => {
    await keep(BOB, 30);
    for (const user of [ANN, BOB])
      await writeRecords(sql, [record(user, 'new', 29), record(user, 'mid', 89), record(user, 'old', 91)]);
    expect(await records()).toBe(3);
    expect([await oids(ANN), await oids(BOB)]).toEqual([['new', 'mid'], ['new']]);
    expect(await records()).toBe(0);
  });

  it('removes much in small transactions, of many users and of one', async () => {
    const many = Array.from({ length: 130 }, (_, n) => record(1000n + BigInt(n), 'old', 100));
    const much = Array.from({ length: 450 }, (_, n) => record(ANN, `r${n}`, 100 + n));
    await writeRecords(sql, many);
    await writeRecords(sql, [...much, record(ANN, 'new', 1)]);
    statements.length = 0;
    expect(await records()).toBe(580);
    expect(await oids(ANN)).toEqual(['new']);
    const ofAnn = tableFor('history_record', shardOfKey(String(ANN)), sql.tables);
    const deletes = statements.filter((text) => text.startsWith('delete') && text.includes(ofAnn));
    expect(deletes.length).toBeGreaterThanOrEqual(5);
  });

  it('of deletions leaves one clear of everything, behind which nothing comes back', async () => {
    const old = [record(ANN, 'a', 95), record(ANN, 'b', 96)];
    await writeDeletion(sql, ANN, { business: 'video', oid: 'a', at: daysAgo(95) });
    await writeDeletion(sql, ANN, { business: 'video', oid: 'b', at: daysAgo(96) });
    await writeDeletion(sql, ANN, { business: 'video', oid: 'c', at: daysAgo(1) });
    expect(await tombstones()).toBe(2);
    expect(await deletions(ANN)).toEqual(['/', 'video/c']);
    await keep(ANN, MAX_RETENTION_DAYS); // what is 95 days old would be accepted again
    expect(await writeRecords(sql, old)).toBe(0);
    expect(await writeRecords(sql, [record(ANN, 'a', 89)])).toBe(1);
    expect(await tombstones()).toBe(0);
    expect(await deletions(ANN)).toEqual(['/', 'video/c']);
  });

  it('of clears of a business too, and never lowers a clear of everything', async () => {
    await writeDeletion(sql, ANN, { business: 'video', oid: '', at: daysAgo(95) });
    await writeDeletion(sql, BOB, { business: 'video', oid: '', at: daysAgo(95) });
    await writeDeletion(sql, BOB, { business: '', oid: '', at: daysAgo(2) });
    expect(await purgeClears(purging())).toBe(2);
    await keep(ANN, MAX_RETENTION_DAYS);
    expect([await deletions(ANN), await deletions(BOB)]).toEqual([['/'], ['/']]);
    expect(await writeRecords(sql, [record(ANN, 'a', 95), record(BOB, 'a', 3)])).toBe(0);
  });

  it('removes even a clear of everything when nothing that old can be accepted of anybody', async () => {
    await writeDeletion(sql, ANN, { business: '', oid: '', at: daysAgo(MAX_RETENTION_DAYS + 29) });
    await writeDeletion(sql, BOB, { business: '', oid: '', at: daysAgo(MAX_RETENTION_DAYS + 31) });
    await purgeClears(purging());
    expect([await deletions(ANN), await deletions(BOB)]).toEqual([['/'], []]);
  });

  it('leaves a user alone who has neither old records nor old deletions', async () => {
    await writeRecords(sql, [record(ANN, 'a', 1)]);
    await writeDeletion(sql, ANN, { business: 'video', oid: 'b', at: daysAgo(1) });
    expect([await records(), await tombstones(), await purgeClears(purging())]).toEqual([0, 0, 0]);
    expect(await deletions(ANN)).toEqual(['video/b']);
  });

  it('ends between two transactions when it is told to', async () => {
    await writeRecords(sql, [record(ANN, 'old', 100)]);
    const ended = AbortSignal.abort(new Error('the night is over'));
    await expect(each((n) => purgeRecords(purging(ended), n))).rejects.toThrow('the night is over');
    expect(await oids(ANN)).toEqual(['old']);
  });
});
