import { Comments, EVENTS_TOPIC, commentIndex, type CommentDb, type WorkPaces } from '@storey/comment';
import { type Logger } from '@storey/observability';
import { type Platform } from '@storey/service';
import { type Sql } from '@storey/sql';
import { consume } from '../consume.js';
import { Filler } from './filler.js';
import { Indexer } from './indexer.js';

/** The index takes 1,000 documents a call; fewer keep an embedded one from holding the event loop. */
const MAX_EVENTS = 100;

/** Searches show a comment seconds later; writing it costs the same alone as with others. */
const APART_MS = 250;

/** Keeps the search index from now on. While the index is away its group waits, and nothing else does. */
export async function startIndexing({
  platform: { ports, clock },
  logger,
  sql,
  paces,
}: {
  readonly platform: Platform;
  readonly logger: Logger;
  readonly sql: Sql<CommentDb>;
  readonly paces: WorkPaces;
}): Promise<() => Promise<void>> {
  const search = await ports.search(commentIndex);
  const comments = new Comments(sql);
  const indexer = new Indexer(search, comments);
  const close = await consume(ports.events, paces, {
    work: 'events',
    topic: EVENTS_TOPIC,
    group: 'comment.search',
    maxBatch: MAX_EVENTS,
    apartMs: APART_MS,
    handle: (batch) => indexer.handle(batch),
  });
  const filler = new Filler({ search, comments, tables: sql.tables, clock, logger, paces });
  return async () => {
    await filler.close();
    await close();
  };
}
