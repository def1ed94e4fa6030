const BYTES = 8;

/** 8 bytes an id, in their order: 1,000 of them are 8 kB. */
export function packIds(ids: readonly bigint[]): Uint8Array {
  const bytes = Buffer.alloc(ids.length * BYTES);
  ids.forEach((id, at) => bytes.writeBigInt64BE(id, at * BYTES));
  return bytes;
}

export function unpackIds(bytes: Uint8Array): readonly bigint[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.byteLength / BYTES }, (_, at) => view.getBigInt64(at * BYTES));
}
