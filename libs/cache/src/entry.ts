import { pack, unpack, type Packing } from './packing.js';

/** Bytes to value and back. `decode` throws for bytes it does not understand, e.g. of an older release. */
export interface Codec<V> {
  encode(value: V): Uint8Array;
  decode(bytes: Uint8Array): V;
}

export interface Entry<V> {
  /** `undefined`: it is known that there is none. */
  readonly value: V | undefined;
  /** Wall clock, ms. */
  readonly freshUntil: number;
  /** What it cost to load, ms. */
  readonly costMs: number;
}

/** Changes with the layout, so that entries of another release are not misread. Its predecessors began with 0 or 1. */
const FORMAT = 0xc2;
const EMPTY = 0;
const VALUE = 1;
const HEADER_BYTES = 20;
const MAX_UINT32 = 0xffff_ffff;

/**
 * Big-endian: format (1 byte), kind (1), packing (1), 0 (1), fresh until (float64), cost in ms (uint32), stamp (uint32),
 * then the packed value. The stamp makes no two writes of one value alike: who compares bytes compares writes.
 */
export function encodeEntry<V>(codec: Codec<V>, entry: Entry<V>, stamp: number): Uint8Array {
  const { bytes, packing } = packed(codec, entry.value);
  const encoded = new Uint8Array(HEADER_BYTES + bytes.byteLength);
  const header = new DataView(encoded.buffer);
  header.setUint8(0, FORMAT);
  header.setUint8(1, entry.value === undefined ? EMPTY : VALUE);
  header.setUint8(2, packing);
  header.setFloat64(4, entry.freshUntil);
  header.setUint32(12, Math.min(MAX_UINT32, Math.round(entry.costMs)));
  header.setUint32(16, stamp);
  encoded.set(bytes, HEADER_BYTES);
  return encoded;
}

/** @throws whatever shows that the bytes can't be read. */
export function decodeEntry<V>(codec: Codec<V>, encoded: Uint8Array): Entry<V> {
  const header = new DataView(encoded.buffer, encoded.byteOffset, encoded.byteLength);
  if (encoded.byteLength < HEADER_BYTES || header.getUint8(0) !== FORMAT) {
    throw new Error(`not an entry of format ${FORMAT}`);
  }
  const body = encoded.subarray(HEADER_BYTES);
  const known = header.getUint8(1) === VALUE;
  return {
    value: known ? codec.decode(unpack(body, header.getUint8(2))) : undefined,
    freshUntil: header.getFloat64(4),
    costMs: header.getUint32(12),
  };
}

function packed<V>(codec: Codec<V>, value: V | undefined): { bytes: Uint8Array; packing: Packing } {
  return value === undefined ? { bytes: new Uint8Array(), packing: 0 } : pack(codec.encode(value));
}
