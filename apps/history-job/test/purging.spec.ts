import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { historyMigrations, writeDeletion, writeRecords, type HistoryDb } from '@storey/history';
import { listTasks } from '@storey/schedule';
import { eventually } from '@storey/testing';
import { NOW, openJob } from './harness.js';

const HOUR = 3_600_000;
const ANN = 17n;
const OLD = NOW - 91 * 24 * HOUR;

describe('history that is older than its user keeps it', () => {
  let job: Awaited<ReturnType<typeof openJob>>;
  beforeEach(async () => void (job = await openJob({ HISTORY_PURGE_HOUR: '4' })));
  afterEach(() => job.close());

  it('is removed in the night, with the deletions of that time', async () => {
    const sql = await job.platform.ports.sql<HistoryDb>('history', historyMigrations);
    const record = { userId: ANN, business: 'video', progress: 10, duration: 0, seq: 0, device: '' };
    const change = { ...record, hidden: false, snapshot: undefined };
    await writeRecords(sql, [
      { ...change, oid: 'old', at: OLD },
      { ...change, oid: 'new', at: NOW },
    ]);
    await writeDeletion(sql, ANN, { business: 'video', oid: 'gone', at: OLD });
    await job.start();
    const purges = async () => (await listTasks(sql)).filter(({ name }) => name.startsWith('purge '));
    await eventually(async () => expect(await purges()).toHaveLength(2 * sql.tables.count + 1));
    const [task] = await purges();
    expect(new Date(task?.nextAt ?? 0).toISOString()).toMatch(/^2026-06-02T04:3/);
    job.clock.step(17 * HOUR);
    await eventually(
      async () => {
        await job.clock.advance(1000);
        expect(await purges()).toEqual(
          Array.from({ length: 2 * sql.tables.count + 1 }, () =>
            expect.objectContaining({ runs: 1, lastOutcome: 'ok' }),
          ),
        );
      },
      { timeoutMs: 15_000 },
    );
    expect((await job.rows()).map(({ oid }) => oid)).toEqual(['new']);
    expect(await job.stored.deletions(ANN)).toMatchObject([{ business: '', oid: '' }]);
    expect(await job.platform.metrics.text()).toContain('storey_history_purged_total{app="history-job"} 2');
  });
});
