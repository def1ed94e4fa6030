import { crc32 } from 'node:zlib';
import { Patrol, type Cache, type PatrolCounts } from '@storey/cache';
import {
  CACHE_NAMES,
  commentCaches,
  recordCodec,
  type CommentCaches,
  type CommentRecord,
  type CommentSources,
} from '@storey/comment';
import { type Clock } from '@storey/context';
import { type Consumer, type EventLog } from '@storey/events';
import { hearCacheChanges, type CacheChange } from '@storey/service';

/** A subject whose change was not heard of is read anew by then; comments are, too, if no patrol came by. */
const SUBJECT_MS = 1000;
const COMMENT_MS = 30_000;
/** So many comments are compared with the shared cache each time. */
const PATROL = { everyMs: 1000, batch: 200 } as const;
const COMMENTS_BYTES = 32 * 1024 * 1024;
const SUBJECTS_BYTES = 4 * 1024 * 1024;
/** Of a comment without its words, which take two bytes a character. */
const RECORD_BYTES = 600;

export interface HotCopiesOptions {
  /** Its own, over the store that everybody shares. */
  readonly cache: Cache;
  readonly sources: CommentSources;
  /** The comments of that store without copies. */
  readonly shared: Pick<CommentCaches['comments'], 'getMany'>;
  readonly events: EventLog;
  readonly clock: Clock;
  /** Told when the patrol could not read. */
  readonly onError: (error: unknown) => void;
}

/**
 * Comments and subjects that are asked for again and again are kept in this process: whoever is signed in and reads a page
 * that is kept elsewhere asks how he stands to its comments. Lists are not made of these: of one list, some parts would
 * be older than others.
 */
export class HotCopies {
  readonly caches: Pick<CommentCaches, 'comments' | 'subjects'>;
  readonly #consumer: Consumer;
  readonly #patrol: Patrol<bigint, CommentRecord> | undefined;

  private constructor(caches: HotCopies['caches'], consumer: Consumer, options: HotCopiesOptions) {
    this.caches = caches;
    this.#consumer = consumer;
    this.#patrol = patrolOf(caches.comments, options);
    this.#patrol?.start();
  }

  static async open(options: HotCopiesOptions): Promise<HotCopies> {
    const hot = { staleMs: 0, promote: 'hot' } as const;
    const caches = commentCaches(options.cache, options.sources, {
      local: {
        comments: { ...hot, freshMs: COMMENT_MS, maxBytes: COMMENTS_BYTES, sizeOf: sizeOfComment },
        subjects: { ...hot, freshMs: SUBJECT_MS, maxBytes: SUBJECTS_BYTES },
      },
    });
    const consumer = await hearCacheChanges(options.events, (change) => tell(caches, change));
    return new HotCopies(caches, consumer, options);
  }

  /** What the patrol found. */
  get patrolled(): Readonly<PatrolCounts> | undefined {
    return this.#patrol?.counts;
  }

  async close(): Promise<void> {
    await this.#patrol?.close();
    await this.#consumer.close();
  }
}

const codec = recordCodec<CommentRecord>();

/** The shared cache is the truth here: it is what everybody else is served. */
function patrolOf(
  { copies }: CommentCaches['comments'],
  { shared, clock, onError }: HotCopiesOptions,
): Patrol<bigint, CommentRecord> | undefined {
  return (
    copies &&
    new Patrol({
      ...PATROL,
      copies,
      truth: (ids, signal) => shared.getMany(ids, signal),
      checksum: (record) => crc32(codec.encode(record)),
      clock,
      onError,
    })
  );
}

const sizeOfComment = (record: CommentRecord | undefined): number =>
  RECORD_BYTES + 2 * ((record?.text.length ?? 0) + (record?.html.length ?? 0));

function tell({ comments, subjects }: HotCopies['caches'], { cache, id, ...change }: CacheChange): void {
  if (cache === CACHE_NAMES.comments) comments.changed(id, change);
  else if (cache === CACHE_NAMES.subjects) subjects.changed(id, change);
}
