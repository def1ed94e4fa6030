import { isUsual, viewerOf, type SubjectKey, type ViewerOf } from '@storey/comment';
import { type Clock } from '@storey/context';
import { invalidRequest } from '@storey/errors';
import { requireCaller } from '../caller.js';
import { type Records } from './records.js';
import { type View } from './view.js';
import { type Views } from './views.js';

const MAX_IDS = 250;

export interface PageRef {
  readonly subject: SubjectKey;
  /** Of the comments on the page. */
  readonly ids: readonly bigint[];
}

export interface ViewedPage {
  /** The caller's own latest writes may not be on the page of everybody: it must be listed for him. */
  readonly differs: boolean;
  /** How the caller stands to those comments that he stands to otherwise than most. */
  readonly items: { readonly id: bigint; readonly viewer: ViewerOf }[];
  readonly degraded: string[];
}

interface Own {
  readonly differs: boolean;
  readonly reactions: ReadonlyMap<bigint, number>;
}

/** What a page that is the same for everybody lacks for one signed-in viewer. */
export class ViewComments {
  readonly #views: Views;
  readonly #records: Records;
  readonly #clock: Clock;

  constructor(views: Views, records: Records, clock: Clock) {
    this.#views = views;
    this.#records = records;
    this.#clock = clock;
  }

  /** Comments that do not exist, or stand elsewhere, are passed over. @throws AppError 401; invalid for over 250 ids. */
  async execute({ subject: key, ids }: PageRef): Promise<ViewedPage> {
    const viewer = requireCaller();
    const unique = checkIds(ids);
    const others = () => Promise.all([this.#records.comments(unique), this.#records.subject(key)]);
    return this.#views.beside(others, async (view, [records, subject]) => {
      const { differs, reactions } = await this.#ownOf(view, key, unique);
      if (differs) return { differs, items: [], degraded: view.degraded };
      const items: { id: bigint; viewer: ViewerOf }[] = [];
      const viewing = { ownerId: subject.ownerId, now: this.#clock.now() };
      for (const record of records.values()) {
        if (record.subject.type !== key.type || record.subject.oid !== key.oid) continue;
        const reaction = reactions.get(record.id);
        const seen = viewerOf(record, viewer, reaction === undefined ? viewing : { ...viewing, reaction });
        if (!isUsual(seen, record)) items.push({ id: record.id, viewer: seen });
      }
      return { differs, items, degraded: view.degraded };
    });
  }

  /** What lies in the overlay may be applied, but not be known yet wherever a copy of the page is kept. */
  async #ownOf(view: View, subject: SubjectKey, ids: readonly bigint[]): Promise<Own> {
    const changed = view.changed(ids);
    // Nobody else may ever look at what he changed, and find that the overlay need not keep it.
    if (changed.length > 0) await view.stored(changed);
    const changedSubject = view.changedSubject(subject);
    if (changedSubject) view.subject(await this.#records.subject(subject));
    if (changed.length > 0 || changedSubject || view.ownUnder(subject).length > 0) {
      return { differs: true, reactions: NONE };
    }
    return { differs: false, reactions: await view.reactions(ids) };
  }
}

const NONE: ReadonlyMap<bigint, number> = new Map();

function checkIds(ids: readonly bigint[]): readonly bigint[] {
  if (ids.length > MAX_IDS) {
    throw invalidRequest([{ path: '/ids', message: `may have ${MAX_IDS} entries` }]);
  }
  return [...new Set(ids)];
}
