import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { systemClock } from '@storey/context';
import { isAppError } from '@storey/errors';
import { openSql, reshard, tableNumbers, type Sql } from '@storey/sql';
import { testDatabaseUrl } from '@storey/testing';
import {
  StoredHistory,
  historyMigrations,
  historyShardedTables,
  purgeRecords,
  writeDeletion,
  writeRecords,
  type HistoryDb,
  type RecordChange,
} from './index.js';

const USERS = Array.from({ length: 60 }, (_, n) => BigInt(n + 1) * 1_000_003n);
const NOW = Date.now();

const change = (userId: bigint, oid: string, progress: number): RecordChange => ({
  userId,
  business: 'video',
  oid,
  progress,
  duration: 1000,
  at: NOW + progress,
  seq: 0,
  device: 'tv',
  hidden: false,
  snapshot: undefined,
});

/** As the job does when a machine is busy: what is written again has its effect once. */
async function insist(work: () => Promise<unknown>): Promise<void> {
  for (;;) {
    try {
      return void (await work());
    } catch (error) {
      if (!isAppError(error) || (error.kind !== 'unavailable' && error.kind !== 'deadline_exceeded'))
        throw error;
    }
  }
}

let sql: Sql<HistoryDb>;
beforeEach(async () => {
  sql = await openSql<HistoryDb>(testDatabaseUrl(), { tables: 2, migrations: historyMigrations });
});
afterEach(() => sql.close());

it('every report and deletion that is written while tables are dealt out anew is there afterwards', async () => {
  let isRunning = true;
  const write = (changes: readonly RecordChange[]): Promise<void> => insist(() => writeRecords(sql, changes));
  await write(USERS.map((user) => change(user, 'a', 1)));
  const moving = reshard(sql, 16, { sharded: historyShardedTables }).finally(() => (isRunning = false));
  let progress = 1;
  while (isRunning) {
    progress += 1;
    await write(
      USERS.flatMap((user) => [change(user, 'a', progress), change(user, `b${progress}`, progress)]),
    );
    const gone = { business: 'video', oid: `b${progress}`, at: NOW + progress };
    for (const user of USERS.slice(0, 20)) await insist(() => writeDeletion(sql, user, gone));
  }
  await moving;
  const stored = new StoredHistory(sql);
  for (const [n, user] of USERS.entries()) {
    const page = await stored.page(user, { newerThan: 0, business: '', limit: 100_000 });
    expect([n, page.length, page.find(({ oid }) => oid === 'a')?.progress]).toEqual([
      n,
      n < 20 ? 1 : progress,
      progress,
    ]);
  }
  const purging = { sql, clock: systemClock, signal: new AbortController().signal };
  let rows = 0;
  for (const n of tableNumbers(sql.tables)) rows += await purgeRecords(purging, n);
  expect([sql.tables.count, rows]).toEqual([16, 0]);
}, 300_000);
