import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { history } from '@storey/contracts';
import { cursorInvalid } from '@storey/errors';
import { type Place } from '@storey/history';

/** Where the next page of a walk begins. */
export interface WalkPosition {
  /** Names the walk among those of its user; 12 hex characters. */
  readonly walk: string;
  /** When the walk began, epoch ms. */
  readonly started: number;
  /** Of the page to come, from 0. */
  readonly page: number;
  /** Behind this place; absent: the walk is in its tail, the rows that moved up before it reached them. */
  readonly after: Place | undefined;
}

export function encodePosition({ walk, started, page, after }: WalkPosition): Uint8Array {
  const position = create(history.WalkPositionSchema, {
    walk: Buffer.from(walk, 'hex'),
    startedMs: BigInt(started),
    page,
    ...(after && { atMs: BigInt(after.at), key: { business: after.business, oid: after.oid } }),
  });
  return toBinary(history.WalkPositionSchema, position);
}

/** @throws AppError 400 COMMON_CURSOR_INVALID for bytes that are no position. */
export function decodePosition(bytes: Uint8Array): WalkPosition {
  const { walk, startedMs, page, atMs, key } = read(bytes);
  if (walk.length === 0 || page < 1) throw cursorInvalid();
  return {
    walk: Buffer.from(walk).toString('hex'),
    started: Number(startedMs),
    page,
    after: key && { at: Number(atMs), business: key.business, oid: key.oid },
  };
}

function read(bytes: Uint8Array): history.WalkPosition {
  try {
    return fromBinary(history.WalkPositionSchema, bytes);
  } catch {
    throw cursorInvalid();
  }
}
