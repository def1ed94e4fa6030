import { type Codec } from '@storey/cache';

export interface OwnReaction {
  /** `Reaction` of the contract. */
  readonly value: number;
  /** Id of the command that set it. */
  readonly version: bigint;
}

/** What one user reacted to under one subject. */
export interface OwnReactions {
  readonly byComment: ReadonlyMap<bigint, OwnReaction>;
  /** What he reacted to below this id is left out; 0 where this is all of it. */
  readonly from: bigint;
}

export const NO_REACTIONS: OwnReactions = { byComment: new Map(), from: 0n };

/** Of a user and a subject: his latest ones by comment, which is 8.5 kB. */
export const MOST_REACTIONS = 500;

/** Raised when the layout changes, so that entries of another release are loaded anew. */
const SHAPE = 2;
const FROM_AT = 1;
const ALL_AT = 9;
const VALUE_AT = 8;
const VERSION_AT = 9;
const ONE_BYTES = 17;

/** Layout: shape (1 byte) | from (8), then for each: comment (8) | value (1) | version (8). */
export const ownReactionsCodec: Codec<OwnReactions> = {
  encode: ({ byComment, from }) => {
    const bytes = Buffer.alloc(ALL_AT + byComment.size * ONE_BYTES);
    bytes[0] = SHAPE;
    bytes.writeBigInt64BE(from, FROM_AT);
    let at = ALL_AT;
    for (const [commentId, { value, version }] of byComment) {
      bytes.writeBigInt64BE(commentId, at);
      bytes[at + VALUE_AT] = value;
      bytes.writeBigInt64BE(version, at + VERSION_AT);
      at += ONE_BYTES;
    }
    return bytes;
  },
  decode: (bytes) => {
    const count = (bytes.byteLength - ALL_AT) / ONE_BYTES;
    if (bytes[0] !== SHAPE || !Number.isInteger(count) || count < 0) {
      throw new TypeError('Cached reactions of another shape can’t be read.');
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const byComment = new Map<bigint, OwnReaction>();
    for (let at = ALL_AT; at < bytes.byteLength; at += ONE_BYTES) {
      const version = view.getBigInt64(at + VERSION_AT);
      byComment.set(view.getBigInt64(at), { value: view.getUint8(at + VALUE_AT), version });
    }
    return { byComment, from: view.getBigInt64(FROM_AT) };
  },
};

/** Whose reactions, and under which subject. */
export interface ReactionsOf {
  readonly userId: bigint;
  readonly subjectId: bigint;
}

export const ownReactionsId = ({ userId, subjectId }: ReactionsOf): string => `${userId}/${subjectId}`;

/** @param id as `ownReactionsId` makes it. */
export function parseOwnReactionsId(id: string): ReactionsOf {
  const [userId = '', subjectId = ''] = id.split('/');
  return { userId: BigInt(userId), subjectId: BigInt(subjectId) };
}
