import { hostname } from 'node:os';
import { Cache } from '@storey/cache';
import {
  CommentIds,
  EVENTS_TOPIC,
  commentCaches,
  commentIndex,
  commentMigrations,
  commentSources,
  commentTopics,
  type CommentCaches,
  type CommentDb,
} from '@storey/comment';
import { LeasedIds } from '@storey/ids';
import { type Logger } from '@storey/observability';
import { SqlWorkerLeaseStore } from '@storey/outbox';
import { type Search } from '@storey/search';
import { CACHE_CHANGES_TOPIC, observeCaches, type Platform } from '@storey/service';
import { type Sql } from '@storey/sql';
import { Existence } from './existence/existence.js';
import { openIntake, type IntakeGround } from './intake/open-intake.js';
import { HotCopies } from './viewing/hot-copies.js';
import { openLasting, type Lasting } from './viewing/lasting-caches.js';
import { watchedSources } from './viewing/watched-sources.js';
import { SubjectFeed } from './watching/subject-feed.js';

/** What the whole app stands on: opened once, closed last. */
export interface Ground extends IntakeGround, Lasting {
  readonly platform: Platform;
  readonly logger: Logger;
  readonly sql: Sql<CommentDb>;
  readonly caches: CommentCaches;
  readonly hot: HotCopies;
  readonly ids: LeasedIds;
  readonly search: Search;
  readonly feed: SubjectFeed;
  readonly existence: Existence;
}

export async function openGround(platform: Platform, logger: Logger): Promise<Ground> {
  const { ports, clock, random } = platform;
  const metrics = platform.metrics.forApp('comment-service');
  const sql = await ports.sql<CommentDb>('comment', commentMigrations);
  await ports.events.createTopics([...commentTopics, CACHE_CHANGES_TOPIC]);
  const newCache = (): Cache =>
    new Cache(ports.kvCache, {
      clock,
      random,
      onError: (error, name) => logger.warn('a cache entry was passed over', { name, cause: String(error) }),
    });
  const lasting = openLasting(clock, metrics);
  const sources = watchedSources(commentSources(sql), lasting.database);
  const [lists, viewers] = [newCache(), newCache()];
  observeCaches({ lists, viewers }, metrics);
  const caches = commentCaches(lists, sources);
  const hot = await HotCopies.open({
    cache: viewers,
    sources,
    shared: caches.comments,
    events: ports.events,
    clock,
    onError: (error) => logger.warn('copies were not compared', { cause: String(error) }),
  });
  const help = 'Copies compared with the shared cache, by what was found';
  metrics.counted('storey_cache_patrol_total', help, 'outcome', () => ({ ...hot.patrolled }));
  const ids = await LeasedIds.open(SqlWorkerLeaseStore.over(sql), {
    clock,
    owner: `comment-service/${hostname()}`,
    onError: (error) => logger.warn('the lease of ids was not renewed', { cause: String(error) }),
  });
  const topic = commentTopics.find(({ name }) => name === EVENTS_TOPIC);
  if (!topic) throw new Error(`${EVENTS_TOPIC} is not among the topics`);
  const search = await ports.search(commentIndex);
  const feed = await SubjectFeed.open(ports.events, topic);
  const existence = Existence.start({
    ids: new CommentIds(sql),
    events: ports.events,
    clock,
    logger,
    metrics,
  });
  return {
    ...{ platform, logger, ...lasting, sql, caches, hot, ids, search, feed, existence },
    ...openIntake({ platform, sql, logger }, metrics),
  };
}

export async function closeGround({ feed, hot, existence, ids, unapplied }: Ground): Promise<void> {
  await unapplied.close();
  await existence.close();
  await feed.close();
  await hot.close();
  await ids.close();
}
