import { type Codec } from '@storey/cache';

export interface OwnReaction {
  /** `Reaction` of the contract. */
  readonly value: number;
  /** Id of the command that set it. */
  readonly version: bigint;
}

/** Raised when the layout changes, so that entries of another release are loaded anew. */
const SHAPE = 1;
const VERSION_AT = 2;
const BYTES = 10;

/** Layout: shape (1 byte) | value (1) | version (8). */
export const reactionCodec: Codec<OwnReaction> = {
  encode: ({ value, version }) => {
    const bytes = Buffer.alloc(BYTES);
    bytes[0] = SHAPE;
    bytes[1] = value;
    bytes.writeBigInt64BE(version, VERSION_AT);
    return bytes;
  },
  decode: (bytes) => {
    const [shape, value] = bytes;
    if (shape !== SHAPE || value === undefined || bytes.byteLength !== BYTES) {
      throw new TypeError('A cached reaction of another shape can’t be read.');
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return { value, version: view.getBigInt64(VERSION_AT) };
  },
};

/** How a reaction is named: by who and on what. */
export const reactionId = (userId: bigint, commentId: bigint): string => `${userId}/${commentId}`;

/** @param id as `reactionId` makes it. */
export function parseReactionId(id: string): { readonly userId: bigint; readonly commentId: bigint } {
  const [userId = '', commentId = ''] = id.split('/');
  return { userId: BigInt(userId), commentId: BigInt(commentId) };
}
