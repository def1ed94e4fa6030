import { type Cached } from '@storey/cache';
import {
  defaultSubject,
  reactionId,
  subjectKey,
  type CommentRecord,
  type Comments,
  type OwnReaction,
  type SubjectKey,
  type SubjectRecord,
} from '@storey/comment';
import { currentContext } from '@storey/context';
import { type ExistingIds } from '../existence/existing-ids.js';

export interface RecordCaches {
  readonly comments: Pick<Cached<bigint, CommentRecord>, 'getMany'>;
  /** By `type/oid`. */
  readonly subjects: Pick<Cached<string, SubjectRecord>, 'get' | 'getMany'>;
  /** By `reactionId`. */
  readonly reactions: Pick<Cached<string, OwnReaction>, 'getMany'>;
}

/** Comments, subjects and reactions as they are served: from the cache, which may be a second behind the database. */
export class Records {
  readonly #caches: RecordCaches;
  readonly #comments: Pick<Comments, 'byIds'>;
  readonly #existing: Pick<ExistingIds, 'read'>;

  constructor(caches: RecordCaches, comments: Pick<Comments, 'byIds'>, existing: Pick<ExistingIds, 'read'>) {
    this.#caches = caches;
    this.#comments = comments;
    this.#existing = existing;
  }

  /** Of an id that anybody may have made up: what is known not to exist is asked for nowhere. */
  async comment(id: bigint): Promise<CommentRecord | undefined> {
    return (await this.#existing.read([id], (ids) => this.comments(ids))).get(id);
  }

  /** @returns those that the cache or the database has. @throws AppError `unavailable` */
  async comments(ids: readonly bigint[]): Promise<ReadonlyMap<bigint, CommentRecord>> {
    return this.#caches.comments.getMany(ids, currentContext().signal);
  }

  /** As the database has them now. @throws AppError `unavailable` */
  async storedComments(ids: readonly bigint[]): Promise<ReadonlyMap<bigint, CommentRecord>> {
    return ids.length === 0 ? new Map() : this.#comments.byIds(ids);
  }

  /** Of comments that exist: what the cache does not know yet is asked of the database. */
  async existingComments(ids: readonly bigint[]): Promise<ReadonlyMap<bigint, CommentRecord>> {
    const served = await this.comments(ids);
    const missing = ids.filter((id) => !served.has(id));
    if (missing.length === 0) return served;
    return new Map([...served, ...(await this.storedComments(missing))]);
  }

  /** What one user reacted, by comment, where he ever did. @throws AppError `unavailable` */
  async reactionsOf(
    userId: bigint,
    commentIds: readonly bigint[],
  ): Promise<ReadonlyMap<bigint, OwnReaction>> {
    const ids = new Map(commentIds.map((commentId) => [reactionId(userId, commentId), commentId]));
    const found = await this.#caches.reactions.getMany(ids.keys(), currentContext().signal);
    return new Map([...found].map(([id, reaction]) => [ids.get(id) ?? 0n, reaction]));
  }

  /** One that was never written to has id 0 and the defaults. */
  async subject(key: SubjectKey): Promise<SubjectRecord> {
    const known = await this.#caches.subjects.get(subjectKey(key), currentContext().signal);
    return known ?? defaultSubject(key);
  }

  /** @param keys at most 100. @returns in the order of `keys`. */
  async subjects(keys: readonly SubjectKey[]): Promise<readonly SubjectRecord[]> {
    const known = await this.#caches.subjects.getMany(keys.map(subjectKey), currentContext().signal);
    return keys.map((key) => known.get(subjectKey(key)) ?? defaultSubject(key));
  }
}
