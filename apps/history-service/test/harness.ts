import { FakeClock, newTraceId, runInContext, type Principal } from '@storey/context';
import { loadConfig } from '@storey/config';
import { fromBinary } from '@bufbuild/protobuf';
import { history, historyEvents } from '@storey/contracts';
import { unavailable } from '@storey/errors';
import { type NewMessage } from '@storey/events';
import { HISTORY_UPDATES, historyMigrations, type HistoryDb } from '@storey/history';
import { createLogger } from '@storey/observability';
import { openPlatform, platformConfig, type Platform, type RunningApp } from '@storey/service';
import { type Sql } from '@storey/sql';
import { temporaryFolder } from '@storey/testing';
import { config, start } from '../src/index.js';

export const NOW = Date.UTC(2026, 5, 1, 12);

export type Histories = ReturnType<typeof clientOf>;

const clientOf = (platform: Platform) =>
  platform.ports.rpc.client(history.HistoryService, { target: 'history', from: 'web-bff' });

/** history-service on embedded ports and a fake clock, whose log and database can be taken away. */
export async function startService(overrides: Readonly<Record<string, string>> = {}) {
  const folder = temporaryFolder();
  const clock = new FakeClock(NOW);
  const settings = loadConfig(
    { ...platformConfig, ...config },
    { DATA_DIR: folder.path, HISTORY_LINGER_MS: '10', ...overrides },
  );
  const faults = { log: false, sql: false, point: undefined as string | undefined };
  const platform = await openPlatform({
    config: settings,
    folder: folder.path,
    logger: createLogger('silent'),
    clock,
    faultPoint: (name) => {
      if (name === faults.point) throw new Error(`died at ${name}`);
    },
  });
  const sql = await platform.ports.sql<HistoryDb>('history', historyMigrations);
  const { events } = platform.ports;
  const append = events.append.bind(events);
  events.append = (topic: string, messages: readonly NewMessage[]) =>
    faults.log ? Promise.reject(unavailable('The log is down.')) : append(topic, messages);
  const given: Platform = {
    ...platform,
    ports: { ...platform.ports, sql: async <DB>() => breakable(sql, faults) as unknown as Sql<DB> },
  };
  let app: RunningApp = await start(settings, given);
  const service = {
    platform,
    clock,
    sql,
    faults,
    client: clientOf(platform),
    /** Another process of the service on the same stores; the first is left as a dead one would be. */
    restart: async () => {
      await app.close();
      app = await start(settings, given);
    },
    close: async () => {
      await app.close();
      await platform.ports.close();
      folder.remove();
    },
  };
  return service;
}

export type Service = Awaited<ReturnType<typeof startService>>;

/** Calls on behalf of a user. */
export function as<T>(userId: number, fn: () => Promise<T>): Promise<T> {
  const principal: Principal = { userId: String(userId), sessionId: 's', roles: ['user'], level: 0 };
  return runInContext({ traceId: newTraceId(), priority: 'critical', principal }, fn);
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

export interface ReportInit {
  readonly oid?: string;
  readonly business?: string;
  readonly progress: number;
  readonly duration?: number;
  readonly at?: number;
  readonly seq?: number;
  readonly sentAt?: number;
  readonly device?: string;
  readonly title?: string;
  readonly private?: boolean;
}

export const message = ({ oid = 'a', business = 'video', at, seq, sentAt, ...rest }: ReportInit) => ({
  key: { business, oid },
  ...rest,
  ...(at !== undefined && { atMs: BigInt(at) }),
  ...(seq !== undefined && { seq: BigInt(seq) }),
  ...(sentAt !== undefined && { sentAtMs: BigInt(sentAt) }),
});

/** What the log holds, partition by partition. */
export async function updatesInLog({ platform }: Service): Promise<historyEvents.HistoryUpdate[]> {
  const all: historyEvents.HistoryUpdate[] = [];
  for (let partition = 0; partition < HISTORY_UPDATES.partitions; partition += 1)
    for (const { value } of await platform.ports.events.read(HISTORY_UPDATES.name, partition, 0n, 1000))
      all.push(...fromBinary(historyEvents.HistoryBundleSchema, value).updates);
  return all;
}
