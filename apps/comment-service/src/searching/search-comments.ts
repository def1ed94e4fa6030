import { type CommentRecord } from '@storey/comment';
import { currentContext, type Clock } from '@storey/context';
import { isAppError } from '@storey/errors';
import { highlight } from '@storey/search';
import { requireModerator } from '../caller.js';
import { moderated, type Moderated } from '../viewing/moderated.js';
import { type IndexWalk } from './index-walk.js';
import { type ListWalk } from './list-walk.js';
import { decodeSearchPosition, encodeSearchPosition, type SearchPosition } from './search-position.js';
import { type SearchRequest } from './search-request.js';

export interface Found {
  readonly hits: (Moderated & { readonly highlight: string })[];
  /** Empty at the end. */
  readonly nextPosition: Uint8Array;
  readonly degraded: string[];
}

interface Page {
  readonly records: readonly CommentRecord[];
  readonly next?: SearchPosition;
  readonly isDegraded: boolean;
}

/** Finds comments for moderators. Without the index, one subject's list is looked through where that can be bounded. */
export class SearchComments {
  readonly #index: IndexWalk;
  readonly #list: ListWalk;
  readonly #clock: Clock;

  constructor(index: IndexWalk, list: ListWalk, clock: Clock) {
    this.#index = index;
    this.#list = list;
    this.#clock = clock;
  }

  /** @throws AppError 403 to others; `unavailable` when the index is away and nothing can stand in. */
  async execute(request: SearchRequest, position: Uint8Array): Promise<Found> {
    const viewer = requireModerator();
    const { records, next, isDegraded } = await this.#page(request, decodeSearchPosition(position));
    const { query } = request;
    const now = this.#clock.now();
    return {
      hits: records.map((record) => ({
        ...moderated(record, viewer, now),
        highlight: query === undefined ? '' : highlight(record.text, query),
      })),
      nextPosition: next ? encodeSearchPosition(next) : new Uint8Array(),
      degraded: isDegraded ? ['search'] : [],
    };
  }

  async #page(request: SearchRequest, position: SearchPosition | undefined): Promise<Page> {
    if (position?.kind === 'list') return this.#listed(request, position.floor);
    try {
      const { records, next } = await this.#index.page(request, position?.after, currentContext().signal);
      return { records, ...(next && { next: { kind: 'index', after: next } }), isDegraded: false };
    } catch (error) {
      const isAway = isAppError(error) && error.kind === 'unavailable';
      if (!isAway || position || !this.#list.canStandIn(request)) throw error;
      return this.#listed(request, undefined);
    }
  }

  async #listed(request: SearchRequest, from: bigint | undefined): Promise<Page> {
    const { records, next } = await this.#list.page(request, from);
    const floor = next === undefined ? {} : { next: { kind: 'list', floor: next } as const };
    return { records, ...floor, isDegraded: true };
  }
}
