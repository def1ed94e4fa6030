import { type Principal, type Role } from '@storey/context';
import { decodeProtectedHeader, errors, type JWTPayload, type ProtectedHeaderParameters } from 'jose';
import { tokenInvalid } from './token-invalid.js';

/** Longer tokens are refused unread. Ours have less than 1 KiB. */
export const MAX_TOKEN_LENGTH = 8 * 1024;

const ROLES: readonly Role[] = ['user', 'moderator', 'admin'];
const USER_ID = /^[1-9]\d{0,18}$/;
const MAX_LEVEL = 6;
/** Decoders forgive spaces and padding; one token has one spelling here, and a signature is never empty. */
const COMPACT = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/**
 * The header of a token, when it names exactly what `expected` says and nothing more. Headers that would choose a
 * key or an extension for us (`jku`, `jwk`, `x5u`, `x5c`, `crit`, `b64`, …) are refused by not being listed.
 * @throws AppError unauthenticated
 */
export function strictHeader(
  token: string,
  expected: { readonly alg: string; readonly typ: string; readonly names: readonly string[] },
): ProtectedHeaderParameters {
  if (token.length > MAX_TOKEN_LENGTH || !COMPACT.test(token)) throw tokenInvalid();
  const header = readHeader(token);
  const known = Object.keys(header).every((name) => expected.names.includes(name));
  if (!known || header.alg !== expected.alg || header.typ !== expected.typ) throw tokenInvalid();
  return header;
}

function readHeader(token: string): ProtectedHeaderParameters {
  try {
    return decodeProtectedHeader(token);
  } catch (error) {
    throw tokenInvalid(error);
  }
}

/** What jose throws about a token becomes the one answer; anything else is a defect of ours and passes. */
export function refusal(error: unknown): unknown {
  return error instanceof errors.JOSEError ? tokenInvalid(error) : error;
}

export function claimsOf({ sessionId, roles, level }: Principal): JWTPayload {
  return { sid: sessionId, roles: [...roles], level };
}

/** @throws AppError unauthenticated when a signed token does not hold a whole principal. */
export function principalOf({ sub, sid, roles, level }: JWTPayload): Principal {
  if (typeof sub !== 'string' || !USER_ID.test(sub)) throw tokenInvalid();
  if (typeof sid !== 'string' || sid === '') throw tokenInvalid();
  if (!Array.isArray(roles)) throw tokenInvalid();
  if (typeof level !== 'number' || !Number.isInteger(level) || level < 0 || level > MAX_LEVEL) {
    throw tokenInvalid();
  }
  return Object.freeze({ userId: sub, sessionId: sid, roles: Object.freeze(roles.map(roleOf)), level });
}

function roleOf(value: unknown): Role {
  const role = ROLES.find((known) => known === value);
  if (role === undefined) throw tokenInvalid();
  return role;
}
