import { hostname } from 'node:os';
import { type ConfigOf } from '@storey/config';
import { type Batch } from '@storey/events';
import { HISTORY_JOB, HISTORY_UPDATES, historyMigrations, type HistoryDb } from '@storey/history';
import { startScheduler } from '@storey/schedule';
import { CatchUp, type Platform, type PlatformConfig, type RunningApp } from '@storey/service';
import { chores } from './chores.js';
import { type config } from './config.js';
import { startLetters } from './start-letters.js';
import { WriteBack } from './writing/write-back.js';

/** Messages of one delivery. */
const MAX_BATCH = 100;

/** Nobody calls this app, so there is no Nest application: a consumer of the log that writes the tables. */
export async function start(
  settings: PlatformConfig & ConfigOf<typeof config>,
  platform: Platform,
): Promise<RunningApp> {
  const { historyWindowMs: windowMs, historyMaxHeld: maxHeld, historyPurgeHour: purgeHour } = settings;
  const { ports, health, clock, random, faultPoint } = platform;
  const { events, kvState: kv } = ports;
  const logger = platform.logger.child({ app: 'history-job' });
  const metrics = platform.metrics.forApp('history-job');
  const reports = metrics.counter('storey_history_reports_total', 'Reports and deletions read from the log');
  const rows = metrics.counter('storey_history_rows_written_total', 'Rows of history_record written');
  const sql = await ports.sql<HistoryDb>('history', historyMigrations);
  health.require('history-db', () => sql.ping());
  await events.createTopics([HISTORY_UPDATES]);
  const onReports = (count: number): void => reports.add(count);
  const onRows = (count: number): void => rows.add(count);
  const job = new WriteBack({ sql, kv, clock, logger, faultPoint, windowMs, maxHeld, onReports, onRows });
  const catchUp = await CatchUp.begin(events, HISTORY_UPDATES.name, HISTORY_JOB);
  health.require(HISTORY_JOB, () => catchUp.check());
  const handle = async (batch: Batch): Promise<{ readonly commitTo: bigint }> => {
    const result = await job.handle(batch);
    catchUp.handled(batch);
    return result;
  };
  const consumer = await events.subscribe({
    topic: HISTORY_UPDATES.name,
    group: HISTORY_JOB,
    maxBatch: MAX_BATCH,
    handle,
  });
  job.start(consumer);
  const purged = metrics.counter(
    'storey_history_purged_total',
    'Rows removed as older than their user keeps them',
  );
  const tasks = chores({ sql, clock, purgeHour, onPurged: (count) => purged.add(count) });
  const runner = { runner: hostname(), logger, metrics, clock, random, faultPoint };
  const scheduler = startScheduler(sql, tasks, runner);
  const stopLetters = await startLetters(sql, platform, logger);
  return {
    close: async () => {
      await scheduler.close();
      await stopLetters();
      await job.close();
      await consumer.close();
    },
  };
}
