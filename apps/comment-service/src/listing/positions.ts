import { cursorInvalid } from '@storey/errors';

/**
 * Where a page ended.
 * - `floor`: walked by floor; the next page begins behind it (`new`: below, `old`: above).
 * - `ranked`: walked in the ranking of `epoch`; the next page begins with its row number `index`.
 * - `rest`: the ranking is done; its other half is walked by floor from above, the next page below `floor`.
 *
 * `top` is the highest floor when a walk of `hot` began: what came later is not part of that walk.
 */
export type Position =
  | { readonly kind: 'floor'; readonly floor: bigint }
  | { readonly kind: 'ranked'; readonly epoch: bigint; readonly top: bigint; readonly index: bigint }
  | { readonly kind: 'rest'; readonly epoch: bigint; readonly top: bigint; readonly floor: bigint };

const VERSION = 1;
const KINDS = ['floor', 'ranked', 'rest'] as const;
const BITS = 7n;
const MORE = 0x80n;
const MAX_VARINT_BYTES = 9;

/** Layout: version (1 byte) | kind (1) | its numbers as varints. */
export function encodePosition(position: Position): Uint8Array {
  const bytes = [VERSION, KINDS.indexOf(position.kind)];
  for (const value of numbersOf(position)) pushVarint(bytes, value);
  return Uint8Array.from(bytes);
}

/** @throws AppError invalid COMMON_CURSOR_INVALID for bytes that are no position. */
export function decodePosition(bytes: Uint8Array): Position {
  const kind = KINDS[bytes[1] ?? KINDS.length];
  if (bytes[0] !== VERSION || kind === undefined) throw cursorInvalid();
  const [first, second, third, ...more] = readVarints(bytes.subarray(2));
  if (more.length > 0 || first === undefined) throw cursorInvalid();
  if (kind === 'floor') {
    if (second !== undefined) throw cursorInvalid();
    return { kind, floor: first };
  }
  if (second === undefined || third === undefined) throw cursorInvalid();
  const walk = { epoch: first, top: second };
  return kind === 'ranked' ? { kind, ...walk, index: third } : { kind, ...walk, floor: third };
}

function numbersOf(position: Position): readonly bigint[] {
  if (position.kind === 'floor') return [position.floor];
  const { epoch, top } = position;
  return [epoch, top, position.kind === 'ranked' ? position.index : position.floor];
}

function pushVarint(bytes: number[], value: bigint): void {
  let rest = value;
  while (rest >= MORE) {
    bytes.push(Number((rest & (MORE - 1n)) | MORE));
    rest >>= BITS;
  }
  bytes.push(Number(rest));
}

function readVarints(bytes: Uint8Array): readonly bigint[] {
  const values: bigint[] = [];
  let value = 0n;
  let length = 0;
  for (const byte of bytes) {
    value |= (BigInt(byte) & (MORE - 1n)) << (BITS * BigInt(length));
    length += 1;
    if (length > MAX_VARINT_BYTES) throw cursorInvalid();
    if (BigInt(byte) >= MORE) continue;
    values.push(value);
    value = 0n;
    length = 0;
  }
  if (length > 0) throw cursorInvalid();
  return values;
}
