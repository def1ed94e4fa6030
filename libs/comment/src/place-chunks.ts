import { type Codec } from '@storey/cache';

/** A list: the roots of a subject (`rootId` 0) or all replies under one root. */
export interface ListOf {
  readonly subjectId: bigint;
  readonly rootId: bigint;
}

export interface Place {
  readonly id: bigint;
  readonly floor: bigint;
}

/** Floors of a list that are cached together: chunk n holds floors n·64+1 to n·64+64. */
export const CHUNK_FLOORS = 64n;

/** One chunk of one list. */
export interface ChunkOf extends ListOf {
  readonly chunk: bigint;
}

/** Where a floor stands. @param floor from 1 */
export const chunkOf = (floor: bigint): bigint => (floor - 1n) / CHUNK_FLOORS;

export const chunkId = ({ subjectId, rootId }: ListOf, chunk: bigint): string =>
  `${subjectId}/${rootId}/${chunk}`;

const CHUNK_ID = /^[1-9]\d{0,18}(\/(0|[1-9]\d{0,18})){2}$/;

export const isChunkId = (text: string): boolean => CHUNK_ID.test(text);

/** @param id one that `isChunkId`. */
export function parseChunkId(id: string): ChunkOf {
  const [subjectId = '', rootId = '', chunk = ''] = id.split('/');
  return { subjectId: BigInt(subjectId), rootId: BigInt(rootId), chunk: BigInt(chunk) };
}

/** Raised when the layout changes, so that entries of another release are loaded anew. */
const SHAPE = 1;
const BASE_AT = 1;
const PLACES_AT = 9;
const PLACE_BYTES = 9;

/**
 * Layout: shape (1 byte) | floor of the first place (8), then for each place: its floor above that (1) | id (8).
 * A full chunk is 585 bytes, an empty one is 1.
 */
export const placesCodec: Codec<readonly Place[]> = {
  encode: (places) => {
    const [first] = places;
    if (!first) return Uint8Array.of(SHAPE);
    const bytes = Buffer.alloc(PLACES_AT + places.length * PLACE_BYTES);
    bytes[0] = SHAPE;
    bytes.writeBigInt64BE(first.floor, BASE_AT);
    for (const [at, { id, floor }] of places.entries()) {
      const start = PLACES_AT + at * PLACE_BYTES;
      bytes[start] = Number(floor - first.floor);
      bytes.writeBigInt64BE(id, start + 1);
    }
    return bytes;
  },
  decode: (bytes) => {
    const places = bytes.byteLength - PLACES_AT;
    const whole = bytes.byteLength === 1 || (places > 0 && places % PLACE_BYTES === 0);
    if (bytes[0] !== SHAPE || !whole) throw new TypeError('Cached places of another shape can’t be read.');
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return Array.from({ length: Math.max(0, places / PLACE_BYTES) }, (_, at) => {
      const start = PLACES_AT + at * PLACE_BYTES;
      const floor = view.getBigInt64(BASE_AT) + BigInt(view.getUint8(start));
      return { id: view.getBigInt64(start + 1), floor };
    });
  },
};
