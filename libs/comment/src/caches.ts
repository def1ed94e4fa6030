import { type Cache, type Cached } from '@storey/cache';
import { type CommentRecord, type SubjectRecord } from './comment-record.js';
import { recordCodec } from './record-codec.js';
import { type Comments } from './repositories/comments.js';
import { type Subjects } from './repositories/subjects.js';
import { parseSubjectKey } from './subject-key.js';

/** What is cached of comments. Readers get, comment-job invalidates. */
export interface CommentCaches {
  /** By `type/oid`. */
  readonly subjects: Cached<string, SubjectRecord>;
  readonly comments: Cached<bigint, CommentRecord>;
}

/** An invalidation that was lost is made good by then. */
const TTL_MS = 60_000;
const JITTER = 0.2;
/** The first write invalidates what was known to be absent. */
const EMPTY_TTL_MS = 10_000;

/** The same definitions for every process, so that all speak of the same entries. */
export function commentCaches(
  cache: Cache,
  { subjects, comments }: { readonly subjects: Subjects; readonly comments: Comments },
): CommentCaches {
  const lives = { ttlMs: TTL_MS, jitter: JITTER, emptyTtlMs: EMPTY_TTL_MS };
  return {
    subjects: cache.define({
      name: 'comment.subject',
      key: (key: string) => `{cs:${key}}`,
      codec: recordCodec<SubjectRecord>(),
      ...lives,
      load: (keys) => subjects.byKeys(keys.map(parseSubjectKey)),
    }),
    comments: cache.define({
      name: 'comment.comment',
      key: (id: bigint) => `{c:${id}}`,
      codec: recordCodec<CommentRecord>(),
      ...lives,
      load: (ids) => comments.byIds(ids),
    }),
  };
}
