import { type CommentRecord, type SubjectKey, type SubjectRecord } from '@storey/comment';
import { type Records } from '../viewing/records.js';
import { type View } from '../viewing/view.js';
import { type Lists } from './lists.js';
import { type Covered } from './walk.js';

/** What own comments are looked up in. */
export interface OwnSources {
  readonly view: View;
  readonly records: Pick<Records, 'comments' | 'latestComments' | 'subject'>;
  readonly lists: Pick<Lists, 'having'>;
}

/**
 * The viewer's own comments under one subject that a list read a moment ago may not show: those that are pending, and
 * those that were stored since, or that the list as served has not heard of. Loaded after the list, so that none falls
 * between the two.
 */
export class OwnComments {
  readonly #stored: readonly CommentRecord[];
  readonly #pending: readonly CommentRecord[];

  private constructor(stored: readonly CommentRecord[], pending: readonly CommentRecord[]) {
    this.#stored = stored;
    this.#pending = pending;
  }

  static async load(sources: OwnSources, subject: SubjectKey): Promise<OwnComments> {
    const { view, records } = sources;
    const ids = view.ownUnder(subject);
    if (ids.length === 0) return new OwnComments([], []);
    const found = await records.latestComments(ids);
    await settle(sources, await records.subject(subject), [...found.values()]);
    const stored = [...found.values()].map((record) => view.latest(record)).filter(isShown);
    const pending = ids.flatMap((id) => (found.has(id) ? [] : (view.pending(id) ?? []))).filter(isShown);
    return new OwnComments(stored.sort(byFloor), pending.sort(byId));
  }

  /** Those that no table has yet, oldest first. @param rootId 0 for the roots. */
  pending(rootId: bigint): readonly CommentRecord[] {
    return this.#pending.filter((record) => record.rootId === rootId);
  }

  /** Those that have their place on a page and are not there, lowest first. @param rootId 0 for the roots. */
  missing(rootId: bigint, { above, below, but }: Covered, page: readonly CommentRecord[]): CommentRecord[] {
    const there = new Set(page.map(({ id }) => id));
    return this.#stored
      .filter((record) => record.rootId === rootId && record.floor > above)
      .filter(({ floor }) => below === undefined || floor < below)
      .filter(({ id }) => !there.has(id) && but?.has(id) !== true);
  }
}

const isShown = ({ shown }: CommentRecord): boolean => shown;
const byFloor = (a: CommentRecord, b: CommentRecord): number => (a.floor < b.floor ? -1 : 1);
const byId = (a: CommentRecord, b: CommentRecord): number => (a.id < b.id ? -1 : 1);

/**
 * A comment leaves the overlay only when all that leads a reader to it is served in its new state: the comment, its
 * subject with the end of its list, the count and the end of the list of its root, and the place in the list itself.
 */
async function settle(
  { view, records, lists }: OwnSources,
  subject: SubjectRecord,
  stored: readonly CommentRecord[],
): Promise<void> {
  if (stored.length === 0 || subject.id === 0n) return;
  const listed = stored.filter(isShown);
  const underRoots = [...Map.groupBy(listed, ({ rootId }) => rootId)];
  const [served, ...placed] = await Promise.all([
    records.comments(stored.flatMap(({ id, rootId }) => [id, rootId]).filter((id) => id !== 0n)),
    ...underRoots.map(([rootId, places]) => lists.having({ subjectId: subject.id, rootId }, places)),
  ]);
  const isPlaced = (id: bigint): boolean => placed.some((ids) => ids.has(id));
  for (const { id, rootId, floor, shown } of stored) {
    const root = served.get(rootId);
    const end = rootId === 0n ? subject.rootFloor : root && root.replies > 0n ? root.replyFloor : 0n;
    if (served.has(id) && (!shown || (end >= floor && isPlaced(id)))) view.seen(id);
  }
}
