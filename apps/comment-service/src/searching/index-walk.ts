import { searchState, type CommentRecord, type Comments } from '@storey/comment';
import { type Search, type SearchQuery } from '@storey/search';
import { isAskedFor, type SearchRequest } from './search-request.js';

export interface FoundPage<P> {
  readonly records: readonly CommentRecord[];
  /** Absent at the end. */
  readonly next?: P;
}

/** How often a page is filled up when the database knows better than the index. */
const MAX_ROUNDS = 3;

/** Ids from the index, everything else from the database: what is not any more what was asked for is left out. */
export class IndexWalk {
  readonly #search: Search;
  readonly #comments: Comments;

  constructor(search: Search, comments: Comments) {
    this.#search = search;
    this.#comments = comments;
  }

  /** @throws AppError `unavailable` */
  async page(
    request: SearchRequest,
    after: Uint8Array | undefined,
    signal?: AbortSignal,
  ): Promise<FoundPage<Uint8Array>> {
    const records: CommentRecord[] = [];
    let behind = after;
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      const wanted = request.limit - records.length;
      const query = { ...queryOf(request), limit: wanted + 1, ...(behind && { after: behind }) };
      const hits = await this.#search.find(query, signal);
      const taken = hits.slice(0, wanted);
      records.push(...(await this.#stored(taken, request)));
      if (hits.length <= wanted) return { records };
      behind = taken.at(-1)?.position;
      if (records.length === request.limit) break;
    }
    return { records, ...(behind && { next: behind }) };
  }

  async #stored(
    hits: readonly { readonly id: bigint }[],
    request: SearchRequest,
  ): Promise<readonly CommentRecord[]> {
    if (hits.length === 0) return [];
    const stored = await this.#comments.byIds(hits.map(({ id }) => id));
    return hits.flatMap(({ id }) => stored.get(id) ?? []).filter((record) => isAskedFor(record, request));
  }
}

function queryOf({
  query,
  authorId,
  subject,
  states,
  from,
  to,
  sort,
}: SearchRequest): Omit<SearchQuery, 'limit'> {
  return {
    ...(query !== undefined && { text: query }),
    keywords: {
      state: states.map(searchState),
      ...(authorId !== undefined && { author: [String(authorId)] }),
      ...(subject.type !== undefined && { type: [subject.type] }),
      ...(subject.oid !== undefined && { oid: [subject.oid] }),
    },
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    sort,
  };
}
