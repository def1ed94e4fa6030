import { type CommentRecord, type Listings, type Place, type SubjectKey } from '@storey/comment';
import { comment } from '@storey/contracts';
import { finds } from '@storey/search';
import { type Records } from '../viewing/records.js';
import { type FoundPage } from './index-walk.js';
import { isAskedFor, type SearchRequest } from './search-request.js';

/** Comments that are read at a time, and that one page looks at. */
const READ = 200;
const MAX_LOOKED_AT = 1000;

/** Stands in for the index where that can be bounded: the visible roots of one subject, read one after another. */
export class ListWalk {
  readonly #listings: Pick<Listings, 'page'>;
  readonly #records: Pick<Records, 'subject' | 'storedComments'>;

  constructor(listings: Pick<Listings, 'page'>, records: Pick<Records, 'subject' | 'storedComments'>) {
    this.#listings = listings;
    this.#records = records;
  }

  canStandIn({ subject, states }: SearchRequest): boolean {
    return isSubject(subject) && states.includes(comment.CommentState.VISIBLE);
  }

  /** Newest first, or oldest. @throws AppError `unavailable` */
  async page(request: SearchRequest, floor: bigint | undefined): Promise<FoundPage<bigint>> {
    const records: CommentRecord[] = [];
    let next = floor;
    let lookedAt = 0;
    for await (const [place, record] of this.#roots(request, floor)) {
      if (next !== undefined && (records.length === request.limit || lookedAt === MAX_LOOKED_AT)) {
        return { records, next };
      }
      if (record && isFound(record, request)) records.push(record);
      next = place.floor;
      lookedAt += 1;
    }
    return { records };
  }

  async *#roots(
    { subject, sort }: SearchRequest,
    floor: bigint | undefined,
  ): AsyncGenerator<readonly [Place, CommentRecord | undefined], void> {
    if (!isSubject(subject)) return;
    const { id: subjectId } = await this.#records.subject(subject);
    const list = { subjectId, rootId: 0n, order: sort === 'old' ? 'old' : 'new', limit: READ } as const;
    let after = floor;
    for (let isMore = subjectId !== 0n; isMore;) {
      const places = await this.#listings.page({ ...list, ...(after !== undefined && { after }) });
      const stored = await this.#records.storedComments(places.map(({ id }) => id));
      for (const place of places) yield [place, stored.get(place.id)];
      after = places.at(-1)?.floor;
      isMore = places.length === READ;
    }
  }
}

const isSubject = (subject: Partial<SubjectKey>): subject is SubjectKey =>
  subject.type !== undefined && subject.oid !== undefined;

const isFound = (record: CommentRecord, request: SearchRequest): boolean =>
  isAskedFor(record, request) && (request.query === undefined || finds(record.text, request.query));
