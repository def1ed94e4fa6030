import { create, toBinary } from '@bufbuild/protobuf';
import { FakeClock } from '@storey/context';
import { loadConfig } from '@storey/config';
import { historyEvents } from '@storey/contracts';
import { unavailable } from '@storey/errors';
import {
  HISTORY_JOB,
  HISTORY_UPDATES,
  StoredHistory,
  historyMigrations,
  type HistoryDb,
} from '@storey/history';
import { createLogger } from '@storey/observability';
import { openPlatform, platformConfig, type Platform, type RunningApp } from '@storey/service';
import { type Sql } from '@storey/sql';
import { temporaryFolder } from '@storey/testing';
import { config, start } from '../src/index.js';

export const NOW = Date.UTC(2026, 5, 1, 12);

export interface Update {
  readonly user?: number;
  readonly business?: string;
  readonly oid?: string;
  readonly progress?: number;
  readonly at?: number;
  readonly title?: string;
  readonly deleted?: boolean;
}

/** history-job on embedded ports and a fake clock, whose database can be taken away. */
export async function openJob(overrides: Readonly<Record<string, string>> = {}) {
  const folder = temporaryFolder();
  const clock = new FakeClock(NOW);
  const settings = loadConfig({ ...platformConfig, ...config }, { DATA_DIR: folder.path, ...overrides });
  const faults = { sql: false, point: undefined as string | undefined };
  const platform = await openPlatform({
    config: settings,
    folder: folder.path,
    logger: createLogger('silent'),
    clock,
    faultPoint: (name) => {
      if (name === faults.point) throw unavailable(`died at ${name}`);
    },
  });
  const sql = await platform.ports.sql<HistoryDb>('history', historyMigrations);
  const { events } = platform.ports;
  await events.createTopics([HISTORY_UPDATES]);
  const given: Platform = {
    ...platform,
    ports: { ...platform.ports, sql: async <DB>() => breakable(sql, faults) as unknown as Sql<DB> },
  };
  let app: RunningApp | undefined;
  const stored = new StoredHistory(sql);
  const pause = () => new Promise((resolve) => setImmediate(resolve));
  return {
    platform,
    clock,
    faults,
    stored,
    start: async () => void (app = await start(settings, given)),
    stop: async () => {
      await app?.close();
      app = undefined;
    },
    append: (updates: readonly Update[], key = '1') =>
      events.append(HISTORY_UPDATES.name, [{ key, value: bundle(updates) }]),
    appendRaw: (value: Uint8Array, key = '1') => events.append(HISTORY_UPDATES.name, [{ key, value }]),
    rows: async (user = 17) => stored.page(BigInt(user), { newerThan: 0, business: '', limit: 1000 }),
    /** Until the job has read so many reports and written so many rows. */
    read: async (count: number, rows = 0) => {
      while ((await metric(platform, 'storey_history_reports_total')) < count) await pause();
      while ((await metric(platform, 'storey_history_rows_written_total')) < rows) await pause();
      await pause();
    },
    written: () => metric(platform, 'storey_history_rows_written_total'),
    lag: () => events.lag(HISTORY_UPDATES.name, HISTORY_JOB),
    close: async () => {
      await app?.close();
      await platform.ports.close();
      folder.remove();
    },
  };
}

export const bundle = (updates: readonly Update[], barrier = 0): Uint8Array =>
  toBinary(
    historyEvents.HistoryBundleSchema,
    create(historyEvents.HistoryBundleSchema, {
      barrierEpochMs: BigInt(barrier),
      updates: updates.map(({ user = 17, at = NOW, title, business = 'video', oid = 'a', ...rest }) => ({
        userId: BigInt(user),
        business,
        oid,
        atMs: BigInt(at),
        ...rest,
        ...(title !== undefined && { snapshot: { title } }),
      })),
    }),
  );

async function metric(platform: Platform, name: string): Promise<number> {
  const text = await platform.metrics.text();
  return Number(new RegExp(`^${name}\\{.*\\} (\\d+)$`, 'm').exec(text)?.[1] ?? 0);
}

function breakable(sql: Sql<HistoryDb>, faults: { readonly sql: boolean }): Sql<HistoryDb> {
  return new Proxy(sql, {
    get(target, property) {
      if (faults.sql && (property === 'read' || property === 'transaction'))
        throw unavailable('The database is down.');
      const value: unknown = Reflect.get(target, property, target);
      return typeof value === 'function' ? (value as (...args: never[]) => unknown).bind(target) : value;
    },
  });
}
