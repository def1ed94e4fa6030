import { type Cache, type Cached, type LocalOptions } from '@storey/cache';
import { type Sql } from '@storey/sql';
import { type CommentDb } from './comment-db.js';
import { type CommentRecord, type SubjectRecord } from './comment-record.js';
import { ownReactionsCodec, parseOwnReactionsId, type OwnReactions } from './own-reactions.js';
import { parseChunkId, placesCodec, type Place } from './place-chunks.js';
import { recordCodec } from './record-codec.js';
import { Comments } from './repositories/comments.js';
import { Listings } from './repositories/listings.js';
import { Reactions } from './repositories/reactions.js';
import { Subjects } from './repositories/subjects.js';
import { parseSubjectKey } from './subject-key.js';

/**
 * What is cached of comments. Readers get, comment-job invalidates: subjects last, so that who reads a subject of
 * some version first, and the rest after it, has every change up to that version. What everybody sees is known on for hours,
 * for when it can't be loaded.
 */
export interface CommentCaches {
  /** By `type/oid`. */
  readonly subjects: Cached<string, SubjectRecord>;
  readonly comments: Cached<bigint, CommentRecord>;
  /** Chunks of lists, by `chunkId`: the shown ones of 64 floors, lowest first. */
  readonly places: Cached<string, readonly Place[]>;
  /** By `ownReactionsId`; without a value where the user never reacted. */
  readonly reactions: Cached<string, OwnReactions>;
}

/** What the caches are loaded from. */
export interface CommentSources {
  readonly subjects: Pick<Subjects, 'byKeys'>;
  readonly comments: Pick<Comments, 'byIds'>;
  readonly listings: Pick<Listings, 'chunks'>;
  readonly reactions: Pick<Reactions, 'under'>;
}

export interface CommentCacheOptions {
  /** What this process keeps copies of. */
  readonly local?: {
    readonly subjects?: LocalOptions<string, SubjectRecord>;
    readonly comments?: LocalOptions<bigint, CommentRecord>;
    readonly places?: LocalOptions<string, readonly Place[]>;
    readonly reactions?: LocalOptions<string, OwnReactions>;
  };
}

/** The database as it is now. */
export const commentSources = (sql: Sql<CommentDb>): CommentSources => ({
  subjects: new Subjects(sql),
  comments: new Comments(sql),
  listings: new Listings(sql),
  reactions: new Reactions(sql),
});

/** As processes tell each other of changes. */
export const CACHE_NAMES = {
  subjects: 'comment.subject',
  comments: 'comment.comment',
  places: 'comment.places',
  reactions: 'comment.reaction',
} as const satisfies Record<keyof CommentCaches, string>;

/** An invalidation that was lost is made good by then. */
const TTL_MS = 60_000;
const JITTER = 0.2;
/** The first write invalidates what was known to be absent. */
const EMPTY_TTL_MS = 10_000;
/** So long an outage of the database may last: what was known is shown that long, and written to. */
const LAST_KNOWN_MS = 6 * 60 * 60_000;

/** The same definitions for every process, so that all speak of the same entries. */
export function commentCaches(
  cache: Cache,
  { subjects, comments, listings, reactions }: CommentSources,
  { local = {} }: CommentCacheOptions = {},
): CommentCaches {
  const lives = { ttlMs: TTL_MS, jitter: JITTER, emptyTtlMs: EMPTY_TTL_MS };
  const everybodys = { ...lives, lastKnownMs: LAST_KNOWN_MS };
  return {
    subjects: cache.define({
      name: CACHE_NAMES.subjects,
      key: (key: string) => `{cs:${key}}`,
      codec: recordCodec<SubjectRecord>(),
      ...everybodys,
      ...(local.subjects && { local: local.subjects }),
      load: (keys) => subjects.byKeys(keys.map(parseSubjectKey)),
    }),
    comments: cache.define({
      name: CACHE_NAMES.comments,
      key: (id: bigint) => `{c:${id}}`,
      codec: recordCodec<CommentRecord>(),
      ...everybodys,
      ...(local.comments && { local: local.comments }),
      load: (ids) => comments.byIds(ids),
    }),
    places: cache.define({
      name: CACHE_NAMES.places,
      key: (id: string) => `{cp:${id}}`,
      codec: placesCodec,
      ...everybodys,
      ...(local.places && { local: local.places }),
      load: (ids) => listings.chunks(ids.map(parseChunkId)),
    }),
    reactions: cache.define({
      name: CACHE_NAMES.reactions,
      key: (id: string) => `{cr:${id}}`,
      codec: ownReactionsCodec,
      ...lives,
      // Most have none, and the first one is told of.
      emptyTtlMs: TTL_MS,
      ...(local.reactions && { local: local.reactions }),
      load: (ids) => reactions.under(ids.map(parseOwnReactionsId)),
    }),
  };
}
