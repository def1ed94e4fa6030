import { join } from 'node:path';
import { type Clock, type FaultPoint } from '@storey/context';
import { openEventLog, type EventLog } from '@storey/events';
import { openKv, type Kv, type KvNotice } from '@storey/kv';
import { type Logger, type Metrics } from '@storey/observability';
import { openRpc, type Rpc } from '@storey/rpc';
import { openSearch, type Search, type SearchIndex } from '@storey/search';
import { openSql, type OpenSqlOptions, type Sql, type Tables } from '@storey/sql';
import { UpstreamHub, openUpstream, type Upstream } from '@storey/upstream';
import { type InternalTokens } from '@storey/auth';
import { KvCalls } from './kv-calls.js';
import { type PlatformConfig } from './platform-config.js';
import { shardGuard } from './shard-guard.js';
import { openSharedCache, type SharedCache } from './shared-cache.js';

export type Domain = 'account' | 'comment' | 'history';
export type Bff = 'web-bff' | 'app-bff' | 'admin-bff';

/** The settings that name something outside of an app. */
export type PortSetting = Extract<keyof PlatformConfig, `${string}Url`>;

/**
 * Everything outside of an app, each opened from its URL. One object per process. What the app did not say it uses is
 * not opened, and asking for it is a defect.
 */
export interface Ports {
  /**
   * Opened on first use; the same database to everyone who asks in this process. An embedded one is migrated then, on a
   * server `npm run migrate` has done it.
   */
  sql<DB>(domain: Domain, migrations: OpenSqlOptions['migrations']): Promise<Sql<DB>>;
  /** May not evict; outlives every process. */
  readonly kvState: Kv;
  /** May lose anything at any time. */
  readonly kvCache: SharedCache;
  readonly events: EventLog;
  readonly rpc: Rpc;
  /** Opened on first use; the same one to everyone who asks in this process. */
  search(index: SearchIndex): Promise<Search>;
  upstream(bff: Bff): Upstream;
  /** Where a BFF of this process offers itself to the gateway. */
  readonly upstreamHub: UpstreamHub;
  close(): Promise<void>;
}

export interface PortOptions {
  readonly config: PlatformConfig;
  /** Which of them are opened. Default: all. */
  readonly uses?: readonly PortSetting[] | undefined;
  /** Where embedded adapters keep their files. */
  readonly folder: string;
  readonly tokens: InternalTokens;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly faultPoint: FaultPoint;
  /** Told when a part has died that only a new process brings back. */
  readonly onDead: (error: unknown) => void;
}

export async function openPorts(options: PortOptions): Promise<Ports> {
  const { config, tokens, clock, logger } = options;
  const onError = (error: unknown, where: string): void => logger.error(`failed in ${where}`, error);
  const [kvState, kvCache, events] = await openStores(options, onError);
  const urls = {
    account: config.rpcAccountUrl,
    comment: config.rpcCommentUrl,
    history: config.rpcHistoryUrl,
  };
  const rpc = await openRpc(urls, {
    tokens,
    clock,
    onError,
    listenHost: config.host,
    onEdge: countEdges(options.metrics),
  });
  const databases = new Databases(options);
  const searches = new Searches(options, onError);
  const upstreamHub = new UpstreamHub();
  const upstreams = openUpstreams(config, upstreamHub, clock);
  return {
    sql: (domain, migrations) => databases.open(domain, migrations),
    get kvState() {
      return used(kvState, 'kvStateUrl');
    },
    get kvCache() {
      return used(kvCache, 'kvCacheUrl');
    },
    get events() {
      return used(events, 'eventsUrl');
    },
    rpc,
    search: (index) => searches.open(index),
    upstream: (bff) => upstreams[bff],
    upstreamHub,
    close: async () => {
      for (const part of [...Object.values(upstreams), rpc, events, searches, databases, kvCache, kvState])
        await part?.close();
    },
  };
}

/** Side by side, as each may have to wait for its server. */
function openStores(
  { config, folder, clock, logger, metrics, faultPoint, uses, onDead }: PortOptions,
  onError: (error: unknown, where: string) => void,
): Promise<[Kv | undefined, SharedCache | undefined, EventLog | undefined]> {
  const when = <T>(setting: PortSetting, open: () => Promise<T>): Promise<T | undefined> =>
    !uses || uses.includes(setting) ? open() : Promise.resolve(undefined);
  const onNotice = (notice: KvNotice): void => reportKv(logger, notice);
  const calls = new KvCalls(metrics);
  const state = { clock, faultPoint, onNotice, mayEvict: false };
  return Promise.all([
    when('kvStateUrl', async () =>
      calls.seen('state', await openKv(inFolder(config.kvStateUrl, folder, 'state.kv'), state)),
    ),
    when('kvCacheUrl', () =>
      openSharedCache(config.kvCacheUrl, { clock, onNotice }, (kv) => calls.seen('cache', kv)),
    ),
    when('eventsUrl', () =>
      openEventLog(inFolder(config.eventsUrl, folder, 'events.db'), {
        clock,
        faultPoint,
        onError,
        onDead,
        topics: 'require',
      }),
    ),
  ]);
}

function used<T>(port: T | undefined, setting: PortSetting): T {
  if (port === undefined) throw new Error(`This app does not say that it uses ${setting}.`);
  return port;
}

/** What a store does every day, and what somebody should know of. */
const KV_DAILY = new Set<KvNotice['kind']>(['compacted', 'connected']);

function reportKv(logger: Logger, notice: KvNotice): void {
  const { kind, ...details } = notice;
  if (KV_DAILY.has(kind)) logger.debug(`key-value store: ${kind}`, details);
  else logger.warn(`key-value store: ${kind}`, details);
}

/** Who calls whom: what the test of allowed edges reads. */
function countEdges(metrics: Metrics): (from: string, to: string) => void {
  const calls = metrics.counter('storey_rpc_calls_total', 'Calls between apps', ['from', 'to']);
  return (from, to) => calls.add(1, { from, to });
}

/** One database per domain, however many apps of this process share it. */
class Databases {
  readonly #open = new Map<Domain, Promise<Sql<unknown>>>();
  readonly #tables = new Map<Domain, Tables>();

  readonly #options: PortOptions;
  readonly #onStatement: (text: string) => void;

  constructor(options: PortOptions) {
    this.#options = options;
    this.#onStatement = shardGuard(options.metrics, options.logger);
    const help =
      'Physical tables of each sharded one, as this process knows them, by domain and first number';
    options.metrics.observed('storey_sql_tables', help, ['domain', 'first'], () =>
      [...this.#tables].map(
        ([domain, { first, count }]) => [{ domain, first: String(first) }, count] as const,
      ),
    );
  }

  open<DB>(domain: Domain, migrations: OpenSqlOptions['migrations']): Promise<Sql<DB>> {
    const known = this.#open.get(domain);
    if (known) return known as Promise<Sql<DB>>;
    const { folder, clock } = this.#options;
    const opening = openSql<DB>(inFolder(this.#url(domain), folder, `${domain}.db`), {
      migrations,
      migrate: 'require',
      openings: this.#options.config.sqlOpenings,
      clock,
      onStatement: this.#onStatement,
    });
    this.#open.set(domain, opening as Promise<Sql<unknown>>);
    void opening.then(
      ({ tables }) => this.#tables.set(domain, tables),
      () => undefined, // who asked for it is told
    );
    return opening;
  }

  async close(): Promise<void> {
    for (const database of this.#open.values()) await (await database).close();
  }

  #url(domain: Domain): string {
    const { sqlAccountUrl, sqlCommentUrl, sqlHistoryUrl } = this.#options.config;
    return { account: sqlAccountUrl, comment: sqlCommentUrl, history: sqlHistoryUrl }[domain];
  }
}

class Searches {
  readonly #open = new Map<string, Promise<Search>>();
  readonly #options: PortOptions;
  readonly #onError: (error: unknown, where: string) => void;

  constructor(options: PortOptions, onError: (error: unknown, where: string) => void) {
    this.#options = options;
    this.#onError = onError;
  }

  open(index: SearchIndex): Promise<Search> {
    const known = this.#open.get(index.name);
    if (known) return known;
    const { config, folder, clock, faultPoint } = this.#options;
    const url = inFolder(config.searchUrl, folder, 'search.db');
    const opening = openSearch(url, { index, clock, faultPoint, onError: this.#onError });
    this.#open.set(index.name, opening);
    return opening;
  }

  async close(): Promise<void> {
    for (const search of this.#open.values()) await (await search).close();
  }
}

function openUpstreams(
  config: PlatformConfig,
  hub: UpstreamHub,
  clock: Clock,
): Readonly<Record<Bff, Upstream>> {
  const open = (url: string, bff: Bff): Upstream => openUpstream(url, bff, hub, { clock });
  return {
    'web-bff': open(config.upstreamWebUrl, 'web-bff'),
    'app-bff': open(config.upstreamAppUrl, 'app-bff'),
    'admin-bff': open(config.upstreamAdminUrl, 'admin-bff'),
  };
}

/** `sqlite:` and `file:` without a path mean a file of ours in the data folder. */
function inFolder(url: string, folder: string, file: string): string {
  return url.endsWith(':') ? `${url}${join(folder, file)}` : url;
}
