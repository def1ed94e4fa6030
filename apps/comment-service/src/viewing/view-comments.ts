import {
  hosts,
  isUsual,
  subjectKey,
  viewerOf,
  type Person,
  type SubjectKey,
  type SubjectRecord,
  type ViewerOf,
} from '@storey/comment';
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
  /** Those of them that the caller wrote. */
  readonly ownIds: readonly bigint[];
}

interface Item {
  readonly id: bigint;
  readonly viewer: ViewerOf;
}

export interface ViewedPage {
  /** The caller's own latest writes may not be on the page of everybody: it must be listed for him. */
  readonly differs: boolean;
  /** How the caller stands to those comments that he stands to otherwise than most. */
  readonly items: Item[];
  readonly degraded: string[];
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
  async execute(page: PageRef): Promise<ViewedPage> {
    const viewer = requireCaller();
    checkIds(page);
    const subject = (): Promise<SubjectRecord> => this.#records.subject(page.subject);
    return this.#views.beside(subject, async (view, subject) => {
      const differs = await this.#differs(view, page);
      const items = differs ? [] : await this.#items(view, viewer, page, subject);
      return { differs, items, degraded: view.degraded };
    });
  }

  /** What lies in the overlay may be applied, but not be known yet wherever a copy of the page is kept. */
  async #differs(view: View, { subject, ids }: PageRef): Promise<boolean> {
    const changed = view.changed(ids);
    // Nobody else may ever look at what he changed, and find that the overlay need not keep it.
    if (changed.length > 0) await view.stored(changed);
    const changedSubject = view.changedSubject(subject);
    if (changedSubject) view.subject(await this.#records.subject(subject));
    return changed.length > 0 || changedSubject || view.ownUnder(subject).length > 0;
  }

  /** To most comments a viewer stands as everybody does: these are not even read. */
  async #items(view: View, viewer: Person, page: PageRef, subject: SubjectRecord): Promise<Item[]> {
    const { ownerId } = subject;
    const reactions = await view.reactions(subject.id, page.ids);
    const concerning = hosts(viewer, ownerId) ? page.ids : [...page.ownIds, ...reactions.keys()];
    if (concerning.length === 0) return [];
    const records = await this.#records.comments(concerning);
    const viewing = { ownerId, now: this.#clock.now() };
    return [...records.values()].flatMap((record) => {
      if (subjectKey(record.subject) !== subjectKey(page.subject)) return [];
      const reaction = reactions.get(record.id);
      const seen = viewerOf(record, viewer, reaction === undefined ? viewing : { ...viewing, reaction });
      return isUsual(seen, record) ? [] : [{ id: record.id, viewer: seen }];
    });
  }
}

function checkIds({ ids, ownIds }: PageRef): void {
  for (const [path, { length }] of Object.entries({ '/ids': ids, '/ownIds': ownIds })) {
    if (length > MAX_IDS) throw invalidRequest([{ path, message: `may have ${MAX_IDS} entries` }]);
  }
}
