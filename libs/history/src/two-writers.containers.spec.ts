import { afterAll, afterEach, beforeEach, expect, it } from '@jest/globals';
import { openSql, type Sql } from '@storey/sql';
import { dropTestDatabases, mysqlTestUrl } from '@storey/testing';
import {
  StoredHistory,
  historyMigrations,
  writeDeletion,
  writeRecords,
  type HistoryDb,
  type RecordChange,
} from './index.js';

/** A partition has one writer, but the last one may still be at work when the next begins. */
let writers: readonly Sql<HistoryDb>[];
let stored: StoredHistory;

beforeEach(async () => {
  const url = mysqlTestUrl();
  const open = (): Promise<Sql<HistoryDb>> =>
    openSql<HistoryDb>(url, { migrations: historyMigrations, tables: 2 });
  writers = await Promise.all([open(), open(), open()]);
  stored = new StoredHistory(writers[0] as Sql<HistoryDb>);
});

afterEach(async () => {
  await Promise.all(writers.map((writer) => writer.close()));
});

afterAll(() => dropTestDatabases());

const USERS = Array.from({ length: 40 }, (_, n) => BigInt(n + 1));

const changes = (at: number): RecordChange[] =>
  USERS.map((userId) => ({
    userId,
    business: 'video',
    oid: 'a',
    progress: at,
    duration: 100,
    at,
    seq: 0,
    device: 'tv',
    hidden: false,
    snapshot: undefined,
  }));

const progressOf = async (userId: bigint): Promise<number | undefined> =>
  (await stored.find(userId, [{ business: 'video', oid: 'a' }]))[0]?.progress;

it('keeps the newest of what several write at once, in whatever order each brings it', async () => {
  const times = [3, 9, 1, 7, 5, 8, 2, 6, 4];
  await Promise.all(
    times.map((at, n) => {
      const batch = n % 2 === 0 ? changes(at) : changes(at).reverse();
      return writeRecords(writers[n % 3] as Sql<HistoryDb>, batch);
    }),
  );
  expect(await Promise.all(USERS.map(progressOf))).toEqual(USERS.map(() => 9));
});

it('brings nothing back that is deleted while it is written', async () => {
  const [a, b] = writers as [Sql<HistoryDb>, Sql<HistoryDb>];
  for (let round = 1; round <= 5; round += 1) {
    const deletions = USERS.map((userId) =>
      writeDeletion(b, userId, { business: 'video', oid: round % 2 ? 'a' : '', at: round }),
    );
    await Promise.all([writeRecords(a, changes(round)), ...deletions]);
    expect(await Promise.all(USERS.map(progressOf))).toEqual(USERS.map(() => undefined));
  }
});
