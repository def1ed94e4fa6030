import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { systemClock } from '@storey/context';
import { openKv, type Kv } from '@storey/kv';
import { type Difference } from '@storey/reconcile';
import { openSql, type Sql } from '@storey/sql';
import { testDatabaseUrl } from '@storey/testing';
import { sql as raw } from 'kysely';
import { historyComparisons, historyMigrations, userKeys, writeDeletion, writeRecords } from '../index.js';
import { type HistoryDb } from '../tables.js';

const ANN = 17n;
const { index, dirty, loaded } = userKeys(ANN);

let sql: Sql<HistoryDb>;
let kv: Kv;
let lag = 0;
beforeEach(async () => {
  lag = 0;
  sql = await openSql<HistoryDb>(testDatabaseUrl(), { tables: 2, migrations: historyMigrations });
  kv = await openKv('memory:', { clock: systemClock });
  const record = {
    userId: ANN,
    business: 'video',
    progress: 1,
    duration: 9,
    seq: 0,
    device: 'tv',
    hidden: false,
  };
  const changes = [1, 2, 3].map((k) => ({ ...record, oid: `v${k}`, at: k * 1000, snapshot: undefined }));
  await writeRecords(sql, changes);
  await kv.addScored(
    index,
    changes.map(({ oid, at }) => ({ member: `video ${oid}`, score: at })),
    {},
  );
});
afterEach(async () => {
  await sql.close();
  await kv.close();
});

const comparisons = () => historyComparisons({ sql, kv, events: { lag: async () => lag } });

async function found(): Promise<Difference[]> {
  const all: Difference[] = [];
  for (const comparison of comparisons())
    for await (const difference of comparison.find()) all.push(difference);
  return all;
}

async function repair(): Promise<void> {
  for (const comparison of comparisons()) await comparison.repair?.(await found());
}

it('finds nothing where rows and kv state agree, and where only one has a record', async () => {
  await kv.removeScored(index, ['video v1']);
  await kv.addScored(index, [{ member: 'video v9', score: 5 }], {});
  expect(await found()).toEqual([]);
});

it.each([
  ['a record', { business: 'video', oid: 'v2', at: 2000 }, ['17/video/v2']],
  ['a business', { business: 'video', oid: '', at: 2000 }, ['17/video/v1', '17/video/v2']],
  ['everything', { business: '', oid: '', at: 1000 }, ['17/video/v1']],
])('tells of rows that stand although %s was deleted, and removes them', async (_, deletion, ids) => {
  const tables = [0, 1].map((n) => `history_record_${n}`);
  const kept = await Promise.all(
    tables.map((table) => raw`select * from ${raw.table(table)}`.execute(sql.read)),
  );
  await writeDeletion(sql, ANN, deletion);
  await Promise.all(
    tables.map((table, n) =>
      sql.transaction(async (tx) => {
        await raw`delete from ${raw.table(table)}`.execute(tx);
        const rows = kept[n]?.rows ?? [];
        if (rows.length > 0)
          await tx
            .insertInto(table as 'history_record_0')
            .values(rows as never)
            .execute();
      }),
    ),
  );
  expect(await found()).toEqual(ids.map((id) => ({ kind: 'history-deleted', id })));
  await repair();
  expect(await found()).toEqual([]);
});

it('tells of a report that never became a row, but not of one that is on its way', async () => {
  await kv.addScored(index, [{ member: 'video v2', score: 9000 }], {});
  expect(await found()).toEqual([{ kind: 'row-behind', id: '17/video/v2' }]);
  lag = 1;
  expect(await found()).toEqual([]);
  lag = 0;
  await kv.addScored(dirty, [{ member: 'video v2', score: 1 }], {});
  expect(await found()).toEqual([]);
});

it('has what kv state holds too old loaded anew', async () => {
  await kv.addScored(index, [{ member: 'video v2', score: 10 }], {});
  await kv.set(loaded, new Uint8Array(), {});
  expect(await found()).toEqual([{ kind: 'kept-behind', id: '17/video/v2' }]);
  await repair();
  expect(await found()).toEqual([]);
  expect(await kv.get(loaded)).toBeUndefined();
});
