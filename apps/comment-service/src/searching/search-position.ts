import { cursorInvalid } from '@storey/errors';

/** Where a page ended: in the index, or in the list that stands in for it. A walk goes on where it began. */
export type SearchPosition =
  { readonly kind: 'index'; readonly after: Uint8Array } | { readonly kind: 'list'; readonly floor: bigint };

const KINDS = ['index', 'list'] as const;
const LIST_LENGTH = 9;

/** Layout: kind (1 byte) | the position of the index, or the floor (8). */
export function encodeSearchPosition(position: SearchPosition): Uint8Array {
  if (position.kind === 'index') return Uint8Array.from([0, ...position.after]);
  const bytes = Buffer.alloc(LIST_LENGTH);
  bytes[0] = 1;
  bytes.writeBigInt64BE(position.floor, 1);
  return new Uint8Array(bytes);
}

/** @returns undefined at the beginning. @throws AppError invalid COMMON_CURSOR_INVALID */
export function decodeSearchPosition(bytes: Uint8Array): SearchPosition | undefined {
  const [first] = bytes;
  if (first === undefined) return undefined;
  const kind = KINDS[first];
  if (kind === 'index') return { kind, after: bytes.subarray(1) };
  if (kind !== 'list' || bytes.length !== LIST_LENGTH) throw cursorInvalid();
  return { kind, floor: Buffer.from(bytes).readBigInt64BE(1) };
}
