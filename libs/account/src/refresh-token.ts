import { hash } from 'node:crypto';
import { type Random } from '@storey/context';

/**
 * What a client shows for new tokens: 8 bytes of session id, 16 that all tokens of the session share (its family), 32
 * that are this token's own; base64url. The database knows hashes alone. Whoever shows the right family and an own
 * part that is not the present one holds a token that was good once, however long ago: a copy is in use. Without a
 * family, anyone who guesses a session id could end that session.
 */
export interface RefreshToken {
  readonly text: string;
  readonly sessionId: bigint;
  readonly familyHash: string;
  readonly ownHash: string;
}

const ID_BYTES = 8;
const FAMILY_BYTES = 16;
const OWN_BYTES = 32;
const BYTES = ID_BYTES + FAMILY_BYTES + OWN_BYTES;
/** 56 bytes in base64url; the last character holds two bits of nothing. */
const SHAPE = /^[\w-]{74}[AEIMQUYcgkosw048]$/;

/** The first token of a session, or with `previous` its next one. */
export function newRefreshToken(sessionId: bigint, random: Random, previous?: RefreshToken): RefreshToken {
  const bytes = Buffer.alloc(BYTES);
  bytes.writeBigInt64BE(sessionId);
  const family = previous ? familyOf(Buffer.from(previous.text, 'base64url')) : random.bytes(FAMILY_BYTES);
  bytes.set(family, ID_BYTES);
  bytes.set(random.bytes(OWN_BYTES), ID_BYTES + FAMILY_BYTES);
  return describe(bytes);
}

/** @returns `undefined` for what can't be a token of ours. */
export function parseRefreshToken(text: string): RefreshToken | undefined {
  return SHAPE.test(text) ? describe(Buffer.from(text, 'base64url')) : undefined;
}

function describe(bytes: Buffer): RefreshToken {
  return {
    text: bytes.toString('base64url'),
    sessionId: bytes.readBigInt64BE(),
    familyHash: hash('sha256', familyOf(bytes), 'base64url'),
    ownHash: hash('sha256', bytes.subarray(ID_BYTES + FAMILY_BYTES), 'base64url'),
  };
}

const familyOf = (bytes: Buffer): Buffer => bytes.subarray(ID_BYTES, ID_BYTES + FAMILY_BYTES);
