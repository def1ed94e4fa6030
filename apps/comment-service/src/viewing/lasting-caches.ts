import {
  type CommentCaches,
  type CommentRecord,
  type Place,
  type SubjectRecord,
  type OwnReactions,
} from '@storey/comment';
import { type Clock } from '@storey/context';
import { type Metrics } from '@storey/observability';
import { FoundAway } from '../intake/found-away.js';
import { LastingCache, type LastedCounts } from './lasting-cache.js';

export interface LastingCaches {
  /** By `type/oid`. */
  readonly subjects: LastingCache<string, SubjectRecord>;
  readonly comments: LastingCache<bigint, CommentRecord>;
  /** By `chunkId`. */
  readonly places: LastingCache<string, readonly Place[]>;
  /** By `ownReactionsId`. */
  readonly reactions: LastingCache<string, OwnReactions>;
}

/** What all caches of the process that outlast an outage share. */
export interface Lasting {
  /** What is found of it by whoever loads. */
  readonly database: FoundAway;
  readonly lasted: LastedCounts;
}

export function openLasting(clock: Clock, metrics: Pick<Metrics, 'counted'>): Lasting {
  const lasted = { comments: 0, viewer: 0 };
  const help = 'Reads answered with what was known last, or without it, by what the answer lacks';
  metrics.counted('storey_comment_known_last_total', help, 'lacks', () => ({ ...lasted }));
  return { database: new FoundAway(clock), lasted };
}

export function lastingCaches(caches: CommentCaches, { database, lasted: counts }: Lasting): LastingCaches {
  const everybodys = { database, counts, lack: 'comments' } as const;
  return {
    subjects: new LastingCache(caches.subjects, everybodys),
    comments: new LastingCache(caches.comments, everybodys),
    places: new LastingCache(caches.places, everybodys),
    reactions: new LastingCache(caches.reactions, { database, counts, lack: 'viewer' }),
  };
}
