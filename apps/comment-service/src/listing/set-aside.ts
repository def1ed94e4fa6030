import { cursorInvalid } from '@storey/errors';

/** What a walk shows apart from its list, and leaves out on every page of it: decided on its first page. */
export interface SetAside {
  readonly ids: readonly bigint[];
  /** Of the list, as if there were nothing beside it. */
  readonly position: Uint8Array;
}

/** No position of a list begins so. */
const MARK = 2;
const ID_BYTES = 8;
const HEAD_BYTES = 2;

/** Layout: mark (1 byte) | how many (1) | their ids (8 each) | the position. With none it is the position alone. */
export function encodeSetAside({ ids, position }: SetAside): Uint8Array {
  if (ids.length === 0 || position.length === 0) return position;
  const head = Buffer.alloc(HEAD_BYTES + ids.length * ID_BYTES);
  head[0] = MARK;
  head[1] = ids.length;
  for (const [at, id] of ids.entries()) head.writeBigInt64BE(id, HEAD_BYTES + at * ID_BYTES);
  return new Uint8Array(Buffer.concat([head, position]));
}

/** @throws AppError invalid COMMON_CURSOR_INVALID */
export function decodeSetAside(bytes: Uint8Array): SetAside {
  if (bytes[0] !== MARK) return { ids: [], position: bytes };
  const [, count = 0] = bytes;
  const end = HEAD_BYTES + count * ID_BYTES;
  if (count === 0 || bytes.length <= end) throw cursorInvalid();
  const head = Buffer.from(bytes.subarray(0, end));
  const ids = Array.from({ length: count }, (_, at) => head.readBigInt64BE(HEAD_BYTES + at * ID_BYTES));
  return { ids, position: bytes.subarray(end) };
}
