import { type CommentRecord, type SubjectKey } from '@storey/comment';
import { publishedUnder } from '../intake/overlay.js';
import { type Records } from '../viewing/records.js';
import { type View } from '../viewing/view.js';

interface Own {
  readonly rootId: bigint;
  readonly record: CommentRecord;
  /** Absent while no table has it. */
  readonly floor?: bigint;
}

/**
 * The viewer's own comments under one subject that a list read a moment ago can't show: those that are pending, and
 * those that were stored since. Loaded after the list, so that none falls between the two.
 */
export class OwnComments {
  readonly #own: readonly Own[];

  private constructor(own: readonly Own[]) {
    this.#own = own;
  }

  static async load(view: View, records: Records, subject: SubjectKey): Promise<OwnComments> {
    const ids = publishedUnder(subject, view.published);
    if (ids.length === 0) return new OwnComments([]);
    const stored = await records.storedComments(ids);
    const own = ids.flatMap((id) => {
      const record = stored.get(id);
      return record ? found(view.latest(record)) : pending(view.pending(id));
    });
    await settle(view, records, [...stored.values()]);
    return new OwnComments(own);
  }

  /**
   * Oldest first.
   * @param rootId 0 for the roots.
   * @param edge what stands beyond this floor was not read; absent: all that is stored was.
   */
  beyond(rootId: bigint, edge?: bigint): readonly CommentRecord[] {
    return this.#own
      .filter((own) => own.rootId === rootId)
      .filter(({ floor }) => floor === undefined || (edge !== undefined && floor > edge))
      .map(({ record }) => record)
      .sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** Whether any of them stands under this root. */
  answers(rootId: bigint): boolean {
    return this.#own.some((own) => own.rootId === rootId);
  }
}

function found(record: CommentRecord): readonly Own[] {
  return record.shown ? [{ rootId: record.rootId, record, floor: record.floor }] : [];
}

function pending(record: CommentRecord | undefined): readonly Own[] {
  return record?.shown ? [{ rootId: record.rootId, record }] : [];
}

/**
 * A comment leaves the overlay only when all that leads a reader to it is served in its new state: the comment, its
 * subject, and the count of its root.
 */
async function settle(view: View, records: Records, stored: readonly CommentRecord[]): Promise<void> {
  if (stored.length === 0) return;
  const served = await records.comments(stored.flatMap(({ id, rootId }) => [id, rootId]));
  for (const { id, rootId, subject, shown } of stored) {
    const known = served.has(id) && (await records.subject(subject)).id !== 0n;
    const reachable = rootId === 0n || !shown || (served.get(rootId)?.replies ?? 0n) > 0n;
    if (known && reachable) view.seen(id);
  }
}
