import { type Clock, type Random } from '@storey/context';
import { isStarted, nameOf, retentionEdge, type Place } from '@storey/history';
import { type KeptRecord } from '../state/stored-record.js';
import { type UserStates } from '../state/user-states.js';
import { type NewestFirst, type Range, type Reading } from './newest-first.js';
import { type ShownRows } from './shown-rows.js';
import { type WalkPosition } from './walk-position.js';

export interface HistoryFilter {
  /** '' = any. */
  readonly business: string;
  /** Part of the title, without regard to case and width; '' = any. */
  readonly query: string;
  /** Only what is worth going on with. */
  readonly shelf: boolean;
}

export interface HistoryPage {
  readonly records: readonly KeptRecord[];
  readonly next: WalkPosition | undefined;
  readonly degraded: boolean;
}

export interface ListHistoryOptions {
  readonly states: UserStates;
  readonly newestFirst: NewestFirst;
  readonly shown: ShownRows;
  readonly clock: Clock;
  readonly random: Random;
}

interface PageRequest {
  readonly filter: HistoryFilter;
  readonly limit: number;
  readonly at: WalkPosition;
}

interface Page extends Reading {
  readonly records: KeptRecord[];
  /** The last row that was looked at and settled; none in the tail. */
  last: Place | undefined;
  /** More rows follow. */
  full: boolean;
}

/**
 * A walk over a user's history, newest first, that shows each row once whatever is reported meanwhile. A row that was
 * passed can only move up, out of the way. A row that moves up before the walk reaches it is missed by the order, so
 * the walk ends with a tail: the rows that were there when it began and that no page has shown. What each page showed
 * is noted in kv state; when that is forgotten (an hour), the tail is left out.
 */
export class ListHistory {
  readonly #options: ListHistoryOptions;

  constructor(options: ListHistoryOptions) {
    this.#options = options;
  }

  async execute(
    userId: bigint,
    filter: HistoryFilter,
    { position, limit }: { readonly position: WalkPosition | undefined; readonly limit: number },
  ): Promise<HistoryPage> {
    const { states, clock, random, shown } = this.#options;
    const state = await states.open(userId);
    const now = clock.now();
    const at = position ?? { walk: hex(random.bytes(6)), started: now, page: 0, after: undefined };
    const edge = retentionEdge(state.settings, now);
    const range = { userId, state, after: at.after, edge, business: filter.business };
    const page = await this.#page(range, { filter, limit, at });
    const degraded = state.degraded || page.down;
    if (!page.full && !page.cut) return { records: page.records, next: undefined, degraded };
    await shown.add(userId, at, page.records.map(nameOf));
    const next = { ...at, page: at.page + 1, after: page.last };
    return { records: page.records, next, degraded };
  }

  async #page(range: Range, request: PageRequest): Promise<Page> {
    const page: Page = { records: [], last: undefined, full: false, down: false, cut: undefined };
    const { at } = request;
    const inTail = at.page > 0 && at.after === undefined;
    if (!inTail) await this.#fill(page, range, request);
    if (page.cut && !page.full) page.last = page.cut;
    if (page.full || page.cut || at.page === 0) return page;
    page.last = undefined;
    await this.#fillTail(page, range, request);
    return page;
  }

  async #fill(page: Page, range: Range, { filter, limit }: PageRequest): Promise<void> {
    for await (const record of this.#options.newestFirst.read(range, page)) {
      const wanted = fits(record, filter);
      if (wanted && page.records.length === limit) {
        page.full = true;
        return;
      }
      if (wanted) page.records.push(record);
      page.last = record;
    }
  }

  async #fillTail(page: Page, range: Range, { filter, limit, at }: PageRequest): Promise<void> {
    const before = await this.#options.shown.before(range.userId, at);
    if (!before) return;
    const here = new Set(page.records.map(nameOf));
    for await (const record of this.#options.newestFirst.all(range)) {
      const name = nameOf(record);
      if (record.since > at.started || here.has(name) || before(name) || !fits(record, filter)) continue;
      if (page.records.length === limit) {
        page.full = true;
        return;
      }
      page.records.push(record);
    }
  }
}

function fits(record: KeptRecord, { query, shelf }: HistoryFilter): boolean {
  if (shelf && (record.hidden || !isStarted(record))) return false;
  return query === '' || fold(record.title).includes(fold(query));
}

/** Without regard to case and width. */
const fold = (text: string): string => text.normalize('NFKC').toLowerCase();

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
