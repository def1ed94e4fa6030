import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';

/** As it is, or brotli. */
export type Packing = 0 | 1;

const RAW = 0;
const BROTLI = 1;
/** Below, packing costs more than the bytes it saves. */
const PACK_FROM_BYTES = 8_000;
/** Of what was packed by us; a bomb is not unpacked. */
const MAX_UNPACKED_BYTES = 64_000_000;
/** Fast: about 100 MB a second, a third of the size for text. */
const QUALITY = 3;

/** Packs what is big, where that makes it smaller. */
export function pack(bytes: Uint8Array): { bytes: Uint8Array; packing: Packing } {
  if (bytes.byteLength < PACK_FROM_BYTES) return { bytes, packing: RAW };
  const small = brotliCompressSync(bytes, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: QUALITY,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.byteLength,
    },
  });
  return small.byteLength < bytes.byteLength ? { bytes: small, packing: BROTLI } : { bytes, packing: RAW };
}

/** @throws for a packing that is not known and for damaged bytes. */
export function unpack(bytes: Uint8Array, packing: number): Uint8Array {
  if (packing === RAW) return bytes;
  if (packing !== BROTLI) throw new Error(`unknown packing ${packing}`);
  return brotliDecompressSync(bytes, { maxOutputLength: MAX_UNPACKED_BYTES });
}
