import {
  BACKFILL_TOPIC,
  CACHE_NAMES,
  HOT_CACHE,
  HotEpochs,
  Rankings,
  isChunkId,
  type CommentCaches,
  type CommentDb,
  type WorkPaces,
} from '@storey/comment';
import { type Platform } from '@storey/service';
import { type Sql } from '@storey/sql';
import { consume } from '../consume.js';
import { Backfiller, type Rebuildable } from './backfiller.js';
import { CachedEntries } from './cached-entries.js';
import { HotRankings } from './hot-rankings.js';

const MAX_WISHES = 200;

interface Grounds {
  readonly platform: Pick<Platform, 'ports' | 'clock'>;
  readonly sql: Sql<CommentDb>;
  readonly caches: CommentCaches;
  readonly paces: WorkPaces;
}

/** Wishes for one thing are of one partition: while one process of the group handles it, no other does. @returns ends it. */
export async function startBackfilling({
  platform,
  sql,
  caches,
  paces,
}: Grounds): Promise<() => Promise<void>> {
  const { ports, clock } = platform;
  const epochs = new HotEpochs(ports.kvState, clock, new Rankings(sql));
  const rebuildable = new Map<string, Rebuildable>([
    [HOT_CACHE, new HotRankings(epochs)],
    [CACHE_NAMES.places, new CachedEntries(caches.places, isChunkId)],
  ]);
  const backfiller = new Backfiller(rebuildable, clock);
  return consume(ports.events, paces, {
    work: 'backfill',
    topic: BACKFILL_TOPIC,
    group: 'comment.backfill',
    maxBatch: MAX_WISHES,
    handle: (batch) => backfiller.handle(batch),
  });
}
