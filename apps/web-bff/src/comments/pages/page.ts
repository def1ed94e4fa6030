import { brotliCompress, constants, gzip } from 'node:zlib';
import { packIds } from '@storey/ids';
import { etagOf } from '@storey/service';
import { usualViewer } from './viewer-bytes.js';

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
  readonly bytes: Buffer;
  readonly etag: string;
  /** The bytes once more, a character each: for what is sent again and again. */
  readonly latin1?: string;
}

/** What one viewer sees otherwise than everybody who is signed in. */
export interface Own {
  /** By comment. */
  readonly viewers: ReadonlyMap<bigint, Buffer>;
  readonly degraded: readonly string[];
}

export type Encoding = 'br' | 'gzip';

const GAP_BYTES = 4;
/** Below this, compression saves less than a packet. */
const MIN_COMPRESSED = 1024;
/** A page lives for a second at most; better is not worth its time. */
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } };
const GZIP = { level: 5 };
const NO_IDS = new Uint8Array();
const NOTHING_OWN: Own = { viewers: new Map(), degraded: [] };

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
  #signedIn: Body | undefined;

  constructor(parts: PageParts) {
    this.#parts = parts;
    this.ids = packIds(parts.gaps.map(({ id }) => id));
    this.#byAuthor = Map.groupBy(parts.gaps, ({ authorId }) => authorId);
    this.degraded = parts.degraded;
    const { bytes } = parts;
    this.anonymous = { bytes, etag: `W/${etagOf(bytes)}`, latin1: bytes.toString('latin1') };
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
    if (viewers.size > 0 || degraded.length > 0) return this.#splice({ viewers, degraded });
    return (this.#signedIn ??= this.#splice(NOTHING_OWN));
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
    const { bytes } = this.anonymous;
    this.#compressed.set(encoding, undefined);
    if (bytes.length < MIN_COMPRESSED) return;
    // zlib refuses nothing but for want of memory; then the page goes out as it is.
    const made = (_error: Error | null, compressed: Buffer | undefined): void =>
      void this.#compressed.set(encoding, compressed);
    if (encoding === 'br') brotliCompress(bytes, BROTLI, made);
    else gzip(bytes, GZIP, made);
  }

  /** Named by what it is made of, which is less to hash than all of it. */
  #splice({ viewers, degraded }: Own): Body {
    const { bytes, gaps, tail } = this.#parts;
    const parts: Buffer[] = [];
    const own: Buffer[] = [Buffer.from(this.anonymous.etag)];
    let from = 0;
    for (const { id, at, visible } of gaps) {
      const viewer = viewers.get(id) ?? usualViewer(visible);
      parts.push(bytes.subarray(from, at), viewer);
      own.push(viewer);
      from = at + GAP_BYTES;
    }
    const end = Buffer.from(`${JSON.stringify([...new Set([...degraded, ...this.degraded])])}}`);
    parts.push(bytes.subarray(from, tail), end);
    own.push(end);
    return { bytes: Buffer.concat(parts), etag: `W/${etagOf(Buffer.concat(own))}` };
  }
}
