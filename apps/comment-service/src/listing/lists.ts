import {
  CHUNK_FLOORS,
  chunkId,
  chunkOf,
  type ListOf,
  type Listings,
  type PageOf,
  type Place,
} from '@storey/comment';
import { currentContext, runDetached } from '@storey/context';

/** A list as it is served. */
export interface List extends ListOf {
  /** The highest floor that was given in it. What is above it need not be found. */
  readonly last: bigint;
}

export interface ListPage extends Pick<PageOf, 'order' | 'after' | 'limit'> {
  readonly list: List;
}

/** The chunks of lists as they are served. */
export interface PlacesCache {
  /** All of them. @throws AppError `unavailable` */
  getMany(ids: Iterable<string>, signal?: AbortSignal): Promise<ReadonlyMap<string, readonly Place[]>>;
  /** Those that can be had. */
  getSome(ids: Iterable<string>, signal?: AbortSignal): Promise<ReadonlyMap<string, readonly Place[]>>;
}

export interface ListsOptions {
  /** Told of the chunk that whoever reads on will ask for, once a page at most. Must not throw, nor wait. */
  readonly onNear?: (chunkId: string) => void;
}

/** Looks at chunks; then much is deleted there, and the database is asked, which passes over it. */
const MAX_LOOKS = 3;
/** Floors of each later look. */
const MORE_FLOORS = 8n * CHUNK_FLOORS;
/** So many deleted among so many are expected, and read for at the first look. */
const SPARE_ONE_IN = 4n;
/** The last part of a chunk in which one who reads on is about to leave it. */
const NEAR = CHUNK_FLOORS / 4n;

/** Lists by floor from their cached chunks: any page of any list costs the same, however deep it is. */
export class Lists {
  readonly #places: PlacesCache;
  readonly #listings: Pick<Listings, 'page'>;
  readonly #onNear: (chunkId: string) => void;

  constructor(
    places: PlacesCache,
    listings: Pick<Listings, 'page'>,
    { onNear = () => undefined }: ListsOptions = {},
  ) {
    this.#places = places;
    this.#listings = listings;
    this.#onNear = onNear;
  }

  /** Shown ones, as the cache has them. @throws AppError `unavailable` */
  async page({ list, order, after, limit }: ListPage): Promise<readonly Place[]> {
    const walk = new ChunkWalk(list.last, order, after);
    const found: Place[] = [];
    for (let look = 0; look < MAX_LOOKS && walk.isInside; look += 1) {
      const chunks = walk.next(look === 0 ? BigInt(limit) : MORE_FLOORS);
      found.push(...(await this.#read(list, chunks)).filter(walk.isBehind).sort(walk.inOrder));
      if (found.length < limit) continue;
      const page = found.slice(0, limit);
      this.#tellNear(list, walk, page);
      return page;
    }
    if (!walk.isInside) return found;
    const rest = { ...list, order, after: walk.reached, limit: limit - found.length };
    return [...found, ...(await this.#listings.page(rest))];
  }

  /** The first chunk of the replies under each root; where there are none, or none that can be had, it is empty. */
  async heads(subjectId: bigint, rootIds: readonly bigint[]): Promise<ReadonlyMap<bigint, readonly Place[]>> {
    const ids = new Map(rootIds.map((rootId) => [rootId, chunkId({ subjectId, rootId }, 0n)]));
    const found = await this.#places.getSome(ids.values(), currentContext().signal);
    return new Map([...ids].map(([rootId, id]) => [rootId, found.get(id) ?? []]));
  }

  /** Which of these the chunks where they stand have. */
  async having(list: ListOf, places: readonly Place[]): Promise<ReadonlySet<bigint>> {
    const chunks = new Set(places.map(({ floor }) => chunkOf(floor)));
    return new Set((await this.#read(list, [...chunks])).map(({ id }) => id));
  }

  async #read(list: ListOf, chunks: readonly bigint[]): Promise<Place[]> {
    const ids = chunks.map((chunk) => chunkId(list, chunk));
    const found = await this.#places.getMany(ids, currentContext().signal);
    return ids.flatMap((id) => found.get(id) ?? []);
  }

  #tellNear(list: List, walk: ChunkWalk, page: readonly Place[]): void {
    const last = page.at(-1);
    const near = last && walk.near(last.floor);
    if (near !== undefined) runDetached(() => this.#onNear(chunkId(list, near)));
  }
}

/** Goes through the chunks of a list in one direction. */
class ChunkWalk {
  readonly #falls: boolean;
  readonly #end: bigint;
  readonly #after: bigint | undefined;
  /** The next floor, read or not. */
  #at: bigint;

  constructor(end: bigint, order: 'new' | 'old', after: bigint | undefined) {
    this.#falls = order === 'new';
    this.#after = after;
    // The chunk of the last floor is read whole: what is newer than the list as served may be there.
    this.#end = end === 0n ? 0n : (chunkOf(end) + 1n) * CHUNK_FLOORS;
    if (this.#falls) this.#at = after === undefined || after > end ? end : after - 1n;
    else this.#at = after === undefined || after < 0n ? 1n : after + 1n;
  }

  /** @param floors that are needed. @returns the chunks to be read next. */
  next(floors: bigint): readonly bigint[] {
    const chunks: bigint[] = [];
    const enough = floors + floors / SPARE_ONE_IN;
    for (let read = 0n; read < enough && this.isInside;) {
      const chunk = chunkOf(this.#at);
      const beyond = this.#falls ? chunk * CHUNK_FLOORS : (chunk + 1n) * CHUNK_FLOORS + 1n;
      chunks.push(chunk);
      read += this.#falls ? this.#at - beyond : beyond - this.#at;
      this.#at = beyond;
    }
    return chunks;
  }

  /** Whether there is more to read. */
  get isInside(): boolean {
    return this.#at > 0n && this.#at <= this.#end;
  }

  /** The last floor of what was read. */
  get reached(): bigint {
    return this.#falls ? this.#at + 1n : this.#at - 1n;
  }

  readonly isBehind = ({ floor }: Place): boolean =>
    this.#after === undefined || (this.#falls ? floor < this.#after : floor > this.#after);

  readonly inOrder = (a: Place, b: Place): number => (a.floor < b.floor === this.#falls ? 1 : -1);

  /** The chunk that is next for whoever stands at this floor, when he is near it and it was not read. */
  near(floor: bigint): bigint | undefined {
    const left = this.#falls ? floor - 1n - this.#at : this.#at - 1n - floor;
    return this.isInside && left < NEAR ? chunkOf(this.#at) : undefined;
  }
}
