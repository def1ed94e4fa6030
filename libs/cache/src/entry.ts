/** Bytes to value and back. `decode` throws for bytes it does not understand, e.g. of an older release. */
export interface Codec<V> {
  encode(value: V): Uint8Array;
  decode(bytes: Uint8Array): V;
}

const EMPTY = 0;
const VALUE = 1;

/** The first byte says whether there is a value or it is known that there is none. */
export function encodeEntry<V>(codec: Codec<V>, value: V | undefined): Uint8Array {
  if (value === undefined) return Uint8Array.of(EMPTY);
  const bytes = codec.encode(value);
  const entry = new Uint8Array(bytes.byteLength + 1);
  entry[0] = VALUE;
  entry.set(bytes, 1);
  return entry;
}

export function decodeEntry<V>(codec: Codec<V>, entry: Uint8Array): V | undefined {
  return entry[0] === EMPTY ? undefined : codec.decode(entry.subarray(1));
}
