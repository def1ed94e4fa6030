import {
  NO_REACTIONS,
  defaultSubject,
  ownReactionsId,
  subjectKey,
  type CommentRecord,
  type Comments,
  type OwnReactions,
  type Reactions,
  type SubjectKey,
  type SubjectRecord,
} from '@storey/comment';
import { currentContext } from '@storey/context';
import { unavailable } from '@storey/errors';
import { isOutage } from '@storey/events';
import { type ExistingIds } from '../existence/existing-ids.js';
import { type FoundAway } from '../intake/found-away.js';
import { noteLack } from './lacking.js';
import { type LastingCaches } from './lasting-caches.js';

export interface RecordsOptions {
  readonly caches: Pick<LastingCaches, 'comments' | 'subjects' | 'reactions'>;
  readonly comments: Pick<Comments, 'byIds'>;
  readonly reactions: Pick<Reactions, 'of'>;
  readonly existing: Pick<ExistingIds, 'read'>;
  readonly database: FoundAway;
}

type Found = ReadonlyMap<bigint, CommentRecord>;

/**
 * Comments, subjects and reactions as they are served: from the cache, which may be a second behind the database; while that is
 * away, as they were known last, and the answer is noted to lack something.
 */
export class Records {
  readonly #options: RecordsOptions;

  constructor(options: RecordsOptions) {
    this.#options = options;
  }

  /** Of an id that anybody may have made up: what is known not to exist is asked for nowhere. @throws AppError `unavailable` */
  async comment(id: bigint): Promise<CommentRecord | undefined> {
    const { caches, existing } = this.#options;
    const read = (ids: readonly bigint[]): Promise<Found> => caches.comments.getMany(ids, signal());
    return (await existing.read([id], read)).get(id);
  }

  /** @returns those that the cache or the database has; while that is away, those that are known. */
  async comments(ids: readonly bigint[]): Promise<Found> {
    return this.#options.caches.comments.getSome(ids, signal());
  }

  /** As the database has them now. @throws AppError `unavailable` */
  async storedComments(ids: readonly bigint[]): Promise<Found> {
    return ids.length === 0 ? new Map() : this.#options.comments.byIds(ids);
  }

  /** As the database has them now; while it is away, those that are known. */
  async latestComments(ids: readonly bigint[]): Promise<Found> {
    return (await this.#ask(ids)) ?? this.#options.caches.comments.known(ids);
  }

  /**
   * Of comments that exist: what the cache does not know yet is asked of the database; while that is away it is left out.
   * @throws AppError `unavailable` where none is known.
   */
  async existingComments(ids: readonly bigint[]): Promise<Found> {
    const served = await this.comments(ids);
    const missing = ids.filter((id) => !served.has(id));
    if (missing.length === 0) return served;
    const stored = await this.#ask(missing);
    if (stored) return new Map([...served, ...stored]);
    if (served.size === 0) throw unavailable('The comments can not be had at the moment.');
    noteLack('comments');
    return served;
  }

  /** What is kept of one user's reactions under a subject; while the database is away, as far as it is known. */
  async reactionsUnder(userId: bigint, subjectId: bigint): Promise<OwnReactions> {
    const { caches, database } = this.#options;
    const id = ownReactionsId({ userId, subjectId });
    const found = database.isAway
      ? await caches.reactions.known([id])
      : await caches.reactions.getSome([id], signal());
    return found.get(id) ?? NO_REACTIONS;
  }

  /** Of one user, those to these comments as the database has them; while it is away none, which is noted. */
  async olderReactions(userId: bigint, ids: readonly bigint[]): Promise<OwnReactions['byComment']> {
    const { reactions, database } = this.#options;
    try {
      if (!database.isAway) return await database.watch(() => reactions.of(userId, ids));
    } catch (error) {
      if (!isOutage(error)) throw error;
    }
    noteLack('viewer');
    return NO_REACTIONS.byComment;
  }

  /** One that was never written to has id 0 and the defaults. @throws AppError `unavailable` where it is not known. */
  async subject(key: SubjectKey): Promise<SubjectRecord> {
    const known = await this.#options.caches.subjects.get(subjectKey(key), signal());
    return known ?? defaultSubject(key);
  }

  /**
   * For answers that can't say that they lack something. @param keys at most 100. @returns in the order of `keys`.
   * @throws AppError `unavailable`
   */
  async freshSubjects(keys: readonly SubjectKey[]): Promise<readonly SubjectRecord[]> {
    const known = await this.#options.caches.subjects.getFresh(keys.map(subjectKey), signal());
    return keys.map((key) => known.get(subjectKey(key)) ?? defaultSubject(key));
  }

  /** @returns undefined while the database is away. */
  async #ask(ids: readonly bigint[]): Promise<Found | undefined> {
    const { comments, database } = this.#options;
    if (ids.length === 0) return new Map();
    if (database.isAway) return undefined;
    try {
      return await database.watch(() => comments.byIds(ids));
    } catch (error) {
      if (!isOutage(error)) throw error;
      return undefined;
    }
  }
}

const signal = (): AbortSignal | undefined => currentContext().signal;
