import { BACKFILL_TOPIC, HOT_CACHE, HotEpochs, Rankings, type CommentDb } from '@storey/comment';
import { type Platform } from '@storey/service';
import { type Sql } from '@storey/sql';
import { Backfiller } from './backfiller.js';
import { HotRankings } from './hot-rankings.js';

const MAX_WISHES = 200;

interface Grounds {
  readonly platform: Pick<Platform, 'ports' | 'clock'>;
  readonly sql: Sql<CommentDb>;
}

/** Wishes for one thing are of one partition: while one process of the group handles it, no other does. @returns ends it. */
export async function startBackfilling({ platform, sql }: Grounds): Promise<() => Promise<void>> {
  const { ports, clock } = platform;
  const epochs = new HotEpochs(ports.kvState, clock, new Rankings(sql));
  const backfiller = new Backfiller(new Map([[HOT_CACHE, new HotRankings(epochs)]]), clock);
  const consumer = await ports.events.subscribe({
    topic: BACKFILL_TOPIC,
    group: 'comment.backfill',
    maxBatch: MAX_WISHES,
    handle: (batch) => backfiller.handle(batch),
  });
  return () => consumer.close();
}
