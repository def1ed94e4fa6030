import { brotliCompress, constants, gzip } from 'node:zlib';
import { packIds } from '@storey/ids';
import { etagOf } from '@storey/service';
import { usualViewer } from './viewer-text.js';

/** Where a viewer's own goes: `null` stands there for everybody. */
export interface Gap {
  readonly id: bigint;
  /** Offset in bytes. */
  readonly at: number;
  /** Tombstones can't be reported. */
  readonly visible: boolean;
  /** 0 of a tombstone. */
  readonly authorId: bigint;
}

export interface PageParts {
  /** JSON in UTF-8, as the anonymous see it. */
  readonly bytes: Buffer;
  /** In their order on the page. */
  readonly gaps: readonly Gap[];
  /** Offset of the `degraded` list, which ends the page. */
  readonly tail: number;
  readonly degraded: readonly string[];
}

/** What an answer says, and the name of that, which is the same in every encoding: so it is a weak one. */
export interface Body {
  /** The bytes of its UTF-8, a character each (latin1): so it leaves in one write with its head. */
  readonly text: string;
  readonly etag: string;
}

/** What one viewer sees otherwise than everybody who is signed in. */
export interface Own {
  /** JSON in ASCII, by comment. */
  readonly viewers: ReadonlyMap<bigint, string>;
  readonly degraded: readonly string[];
}

/** The page as most see it who are signed in. */
interface Common {
  readonly body: Body;
  /** Where viewers stand in it, by comment: one may be on a page twice. */
  readonly places: ReadonlyMap<bigint, readonly Place[]>;
  /** Offset of the `degraded` list. */
  readonly tail: number;
}

interface Place {
  readonly at: number;
  /** What stands there. */
  readonly usual: string;
}

interface Differing extends Place {
  readonly text: string;
}

export type Encoding = 'br' | 'gzip';

const GAP_BYTES = 4;
/** Below this, compression saves less than a packet. */
const MIN_COMPRESSED = 1024;
/** A page lives for a second at most; better is not worth its time. */
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } };
const GZIP = { level: 5 };
const NO_IDS = new Uint8Array();

/**
 * One page of comments, encoded once. What it is asked for besides, it makes when first asked, and keeps. Holds nothing of
 * any one viewer.
 */
export class Page {
  readonly anonymous: Body;
  /** Of the comments on it, in their order, as `packIds` makes them. */
  readonly ids: Uint8Array<ArrayBuffer>;
  readonly degraded: readonly string[];
  readonly #parts: PageParts;
  readonly #byAuthor: ReadonlyMap<bigint, readonly Gap[]>;
  readonly #compressed = new Map<Encoding, Buffer | undefined>();
  #common: Common | undefined;

  constructor(parts: PageParts) {
    this.#parts = parts;
    this.ids = packIds(parts.gaps.map(({ id }) => id));
    this.#byAuthor = Map.groupBy(parts.gaps, ({ authorId }) => authorId);
    this.degraded = parts.degraded;
    const { bytes } = parts;
    this.anonymous = { text: bytes.toString('latin1'), etag: `W/${etagOf(bytes)}` };
  }

  /** Bytes it may come to hold: itself twice, with viewers, and compressed both ways. */
  get size(): number {
    const { bytes, gaps } = this.#parts;
    return 4 * bytes.length + gaps.length * usualViewer(true).length;
  }

  /** Those of its comments that one person wrote, as `packIds` makes them. */
  idsBy(authorId: bigint): Uint8Array<ArrayBuffer> {
    const gaps = this.#byAuthor.get(authorId);
    return gaps ? packIds(gaps.map(({ id }) => id)) : NO_IDS;
  }

  /** For somebody signed in. */
  for({ viewers, degraded }: Own): Body {
    const common = (this.#common ??= this.#forMost());
    const differing = [...viewers].flatMap(([id, text]) =>
      (common.places.get(id) ?? [])
        .filter(({ usual }) => text !== usual)
        .map((place) => ({ ...place, text })),
    );
    return differing.length + degraded.length === 0 ? common.body : this.#splice(common, differing, degraded);
  }

  /**
   * The bytes for the anonymous in an encoding. `undefined` while they are being made, which the first question begins,
   * and where they are too few for it: as they are they say the same.
   */
  compressed(encoding: Encoding): Buffer | undefined {
    if (!this.#compressed.has(encoding)) this.#compress(encoding);
    return this.#compressed.get(encoding);
  }

  #compress(encoding: Encoding): void {
    const { bytes } = this.#parts;
    this.#compressed.set(encoding, undefined);
    if (bytes.length < MIN_COMPRESSED) return;
    // zlib refuses nothing but for want of memory; then the page goes out as it is.
    const made = (_error: Error | null, compressed: Buffer | undefined): void =>
      void this.#compressed.set(encoding, compressed);
    if (encoding === 'br') brotliCompress(bytes, BROTLI, made);
    else gzip(bytes, GZIP, made);
  }

  #forMost(): Common {
    const { gaps, tail } = this.#parts;
    const { text: anonymous, etag } = this.anonymous;
    const places = new Map<bigint, Place[]>();
    let text = '';
    let done = 0;
    for (const { id, at, visible } of gaps) {
      text += anonymous.slice(done, at);
      const usual = usualViewer(visible);
      places.set(id, [...(places.get(id) ?? []), { at: text.length, usual }]);
      text += usual;
      done = at + GAP_BYTES;
    }
    text += anonymous.slice(done, tail);
    const end = endOf(this.degraded);
    const body = { text: text + end, etag: nameOf(etag, [end]) };
    return { body, places, tail: text.length };
  }

  /** Puts in what differs; named by that, which is less to hash than all of it. */
  #splice({ body, tail }: Common, differing: readonly Differing[], degraded: readonly string[]): Body {
    let text = '';
    let done = 0;
    const own: string[] = [];
    for (const { at, usual, text: viewer } of differing.toSorted((one, other) => one.at - other.at)) {
      text += body.text.slice(done, at) + viewer;
      done = at + usual.length;
      own.push(`${at} ${viewer}`);
    }
    const end = endOf([...new Set([...degraded, ...this.degraded])]);
    return { text: text + body.text.slice(done, tail) + end, etag: nameOf(body.etag, [...own, end]) };
  }
}

const endOf = (degraded: readonly string[]): string => `${JSON.stringify(degraded)}}`;

const nameOf = (etag: string, own: readonly string[]): string => `W/${etagOf(`${etag} ${own.join(' ')}`)}`;
