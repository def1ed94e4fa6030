const ID_BYTES = 8;

/** A ranking as it is kept: 8 bytes an id, best first. 1,000 of them are 8 kB. */
export function packIds(ids: readonly bigint[]): Uint8Array {
  const bytes = Buffer.alloc(ids.length * ID_BYTES);
  ids.forEach((id, at) => bytes.writeBigInt64BE(id, at * ID_BYTES));
  return bytes;
}

export function unpackIds(bytes: Uint8Array): readonly bigint[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.byteLength / ID_BYTES }, (_, at) => view.getBigInt64(at * ID_BYTES));
}
