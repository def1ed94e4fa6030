const BYTES = 8;

/** 8 bytes an id, in their order: 1,000 of them are 8 kB. */
export function packIds(ids: readonly bigint[]): Uint8Array<ArrayBuffer> {
  const bytes = Buffer.alloc(ids.length * BYTES);
  ids.forEach((id, at) => bytes.writeBigInt64BE(id, at * BYTES));
  return bytes;
}

/** @throws RangeError for bytes that are no whole number of ids. */
export function unpackIds(bytes: Uint8Array): readonly bigint[] {
  if (bytes.byteLength % BYTES !== 0) throw new RangeError(`${bytes.byteLength} bytes are no whole ids.`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const ids: bigint[] = [];
  for (let at = 0; at < bytes.byteLength; at += BYTES) ids.push(view.getBigInt64(at));
  return ids;
}
