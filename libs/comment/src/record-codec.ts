import { type Codec } from '@storey/cache';
import { type CommentRecord, type SubjectRecord } from './comment-record.js';

/** Names of 64-bit members, in records of either kind and in mentions; they travel as decimal text. */
const BIG: ReadonlySet<string> = new Set([
  ...['id', 'subjectId', 'rootId', 'parentId', 'authorId', 'replyToUserId', 'userId', 'ownerId'],
  ...['floor', 'createdAt', 'editedAt', 'version', 'likes', 'dislikes', 'replies', 'roots', 'all'],
  ...['rootFloor', 'replyFloor', 'reports', 'changedBy'],
]);

/** Lists of such. */
const BIGS = 'pinnedIds';

/** Raised when a record changes its shape, so that entries of another release are loaded anew. */
const SHAPE = 3;

/** JSON behind one byte that names its shape. */
export function recordCodec<V extends CommentRecord | SubjectRecord>(): Codec<V> {
  return {
    encode: (value) => Buffer.from(String.fromCharCode(SHAPE) + JSON.stringify(value, bigToText)),
    decode: (bytes) => {
      if (bytes[0] !== SHAPE) throw new TypeError(`A cached record of shape ${bytes[0]} can't be read.`);
      return JSON.parse(Buffer.from(bytes.subarray(1)).toString(), textToBig) as V;
    },
  };
}

const bigToText = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value);

function textToBig(name: string, value: unknown): unknown {
  if (BIG.has(name) && typeof value === 'string') return BigInt(value);
  return name === BIGS && Array.isArray(value) ? value.map(BigInt) : value;
}
