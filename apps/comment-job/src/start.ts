import { hostname } from 'node:os';
import { Cache } from '@storey/cache';
import {
  Comments,
  EVENTS_TOPIC,
  Notifications,
  Reactions,
  RETENTION_MS,
  commentCaches,
  commentMigrations,
  commentSources,
  commentTopics,
  WorkPaces,
  type CommentCaches,
  type CommentDb,
} from '@storey/comment';
import { type ConfigOf } from '@storey/config';
import { LeasedIds, type Ids } from '@storey/ids';
import { type Batch } from '@storey/events';
import { type Logger } from '@storey/observability';
import {
  DEFAULT_RETENTION,
  DeadLetters,
  SqlWorkerLeaseStore,
  checkInboxRetention,
  keepDeadLetters,
  startRelay,
} from '@storey/outbox';
import { startScheduler, type Task } from '@storey/schedule';
import {
  CACHE_CHANGES_TOPIC,
  observeLetters,
  observeOutbox,
  observePaces,
  type Platform,
  type PlatformConfig,
  type RunningApp,
} from '@storey/service';
import { type Sql } from '@storey/sql';
import { Applier } from './applying/applier.js';
import { OrphanSweep } from './applying/orphan-sweep.js';
import { startApplying } from './applying/start-applying.js';
import { startBackfilling } from './backfill/start-backfilling.js';
import { Invalidator } from './caches/invalidate.js';
import { chores } from './chores.js';
import { consume } from './consume.js';
import { type config } from './config.js';
import { Notifier } from './notifications/notifier.js';
import { observeWriter } from './observe-writer.js';
import { ParkedSweep } from './parking/parked-sweep.js';
import { Parking } from './parking/parking.js';
import { startIndexing } from './search/start-indexing.js';

/** Events that one consumer handles together. */
const MAX_EVENTS = 200;

/** What the parts of this app share. */
interface Ground {
  readonly platform: Platform;
  readonly logger: Logger;
  readonly sql: Sql<CommentDb>;
  readonly ids: Ids;
  readonly caches: CommentCaches;
  readonly paces: WorkPaces;
}

type Close = () => Promise<unknown>;

/** The one writer of the comment tables, and what follows from its events. */
export async function start(
  settings: ConfigOf<typeof config> & PlatformConfig,
  platform: Platform,
): Promise<RunningApp> {
  checkInboxRetention(DEFAULT_RETENTION.inboxMs, RETENTION_MS);
  const logger = platform.logger.child({ app: 'comment-job' });
  const { ports, clock, health } = platform;
  const sql = await ports.sql<CommentDb>('comment', commentMigrations);
  await ports.events.createTopics([...commentTopics, CACHE_CHANGES_TOPIC]);
  const ids = await LeasedIds.open(SqlWorkerLeaseStore.over(sql), {
    clock,
    owner: `comment-job/${hostname()}`,
    onError: (error) => logger.error('the worker number of ids was not renewed', error),
  });
  const paces = new WorkPaces(ports.events, clock);
  observePaces(paces, platform.metrics.forApp('comment-job'));
  const ground = { platform, logger, sql, ids, caches: cachesOver(sql, platform, logger), paces };
  const closes: readonly Close[] = [
    await startWriting(ground, settings.commentJobMaxBatch),
    startEventRelay(ground),
    await startKeepingLetters(ground),
    await startInvalidating(ground),
    await startNotifying(ground),
    await startIndexing(ground),
    await startBackfilling(ground),
    () => ids.close(),
  ];
  const notRequired = health.require('comment-job-db', () => sql.ping());
  return {
    close: async () => {
      notRequired();
      for (const close of closes) await close();
    },
  };
}

async function startWriting(ground: Ground, maxBatch: number): Promise<Close> {
  const { sql, ids, logger, platform } = ground;
  const { ports, clock, faultPoint, metrics } = platform;
  const parking = new Parking(sql.tables, clock);
  const applier = new Applier({ sql, ids, parking, clock, faultPoint });
  const close = await startApplying(ground, applier, maxBatch);
  const orphans = new OrphanSweep(sql, clock);
  const { counts } = parking;
  const parked = new ParkedSweep({ sql, events: ports.events, applier, counts, clock, logger });
  observeWriter({ parking, orphans }, metrics.forApp('comment-job'));
  const stopChores = startChores(ground, chores({ sql, parked, orphans, clock, paces: ground.paces }));
  return async () => {
    await close();
    await stopChores();
  };
}

function startEventRelay({ sql, logger, platform }: Ground): Close {
  const { ports, clock, faultPoint, metrics } = platform;
  const relay = startRelay(sql, ports.events, {
    domain: 'comment',
    clock,
    faultPoint,
    onError: (error) => logger.warn('events of comments wait for the log', { cause: String(error) }),
    onParked: ({ cause, ...row }) => logger.error('an event of a comment was given up', cause, row),
    onBacklog: observeOutbox(metrics.forApp('comment-job')),
  });
  return () => relay.close();
}

function startChores({ sql, logger, platform }: Ground, tasks: readonly Task[]): Close {
  const { clock, random, faultPoint } = platform;
  const metrics = platform.metrics.forApp('comment-job');
  const options = { logger, metrics, clock, random, faultPoint, runner: hostname() };
  const scheduler = startScheduler(sql, tasks, options);
  return () => scheduler.close();
}

async function startKeepingLetters({ sql, logger, platform }: Ground): Promise<Close> {
  const { ports, clock, metrics } = platform;
  return keepDeadLetters(ports.events, DeadLetters.over(sql, clock), {
    topics: commentTopics.map(({ name }) => name),
    group: 'comment.dead-letters',
    onLetter: observeLetters(metrics.forApp('comment-job'), logger),
  });
}

function cachesOver(sql: Sql<CommentDb>, { ports, clock, random }: Platform, logger: Logger): CommentCaches {
  const onError = (error: unknown, name: string): void =>
    logger.warn('a cache entry was no use', { cache: name, cause: String(error) });
  return commentCaches(new Cache(ports.kvCache, { clock, random, onError }), commentSources(sql));
}

function startInvalidating(ground: Ground): Promise<Close> {
  const invalidator = new Invalidator(ground.caches, ground.platform.ports.events);
  return follow(ground, 'comment.caches', (batch) => invalidator.handle(batch));
}

function startNotifying(ground: Ground): Promise<Close> {
  const { sql, ids } = ground;
  const notifier = new Notifier(new Notifications(sql), new Comments(sql), new Reactions(sql), ids);
  return follow(ground, 'comment.notifications', (batch) => notifier.handle(batch));
}

function follow(
  { platform: { ports }, paces }: Ground,
  group: string,
  handle: (batch: Batch) => Promise<void>,
): Promise<Close> {
  const work = { work: 'events', topic: EVENTS_TOPIC, group, maxBatch: MAX_EVENTS } as const;
  return consume(ports.events, paces, { ...work, handle });
}
