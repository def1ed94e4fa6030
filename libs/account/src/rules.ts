import { invalidRequest } from '@storey/errors';

/** What a user may be called and may choose. Each rule gives the value as it is stored or throws AppError `invalid`. */

const MAX_DISPLAY_NAME = 50;
/** A cluster may be made of any number of marks, so their sum is bounded too; in UTF-16 units. */
const MAX_DISPLAY_NAME_UNITS = 500;
const MAX_AVATAR_URL = 2_048;
const MAX_EMAIL = 254;

const USERNAME = /^[a-z0-9_]{3,32}$/;
/** Control characters, separators of lines, and what turns the direction of the text around it. */
const UNSEEN = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;
const EMAIL = /^[^\s@\p{Cc}]{1,64}@[^\s@\p{Cc}]{1,189}$/u;

const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' });

export const foldUsername = (text: string): string => text.toLowerCase();

/** @param folded by `foldUsername` */
export const isUsername = (folded: string): boolean => USERNAME.test(folded);

export function username(text: string): string {
  const folded = foldUsername(text);
  if (isUsername(folded)) return folded;
  throw wrong('/username', 'must be 3 to 32 of a–z, 0–9 and _');
}

/** Counted in code points. The same text typed on another keyboard is the same password (NFKC, RFC 8265). */
export function password(text: string, path = '/password'): string {
  const length = Array.from(text).length;
  if (length < 8 || length > 128) throw wrong(path, 'must have 8 to 128 characters');
  return normalPassword(text);
}

/** What is hashed of a password, whether or not it keeps today's rule. */
export const normalPassword = (text: string): string => text.normalize('NFKC');

export function displayName(text: string): string {
  const trimmed = text.trim();
  if (UNSEEN.test(trimmed)) throw wrong('/displayName', 'must not have control characters');
  if (trimmed !== '' && isShort(trimmed)) return trimmed;
  throw wrong('/displayName', `must have 1 to ${MAX_DISPLAY_NAME} characters`);
}

/** What can be kept of a name that some other program let through. */
export function importedDisplayName(text: string): string {
  const seen = text.toWellFormed().replaceAll(new RegExp(UNSEEN, 'gu'), ' ').trim();
  const clusters = Array.from(
    graphemes.segment(seen.slice(0, MAX_DISPLAY_NAME_UNITS)),
    (part) => part.segment,
  );
  return clusters.slice(0, MAX_DISPLAY_NAME).join('').toWellFormed().trim() || 'unknown';
}

/** '' takes the picture away. */
export function avatarUrl(text: string): string {
  if (text === '') return '';
  const protocol = URL.parse(text)?.protocol;
  const http = protocol === 'https:' || protocol === 'http:';
  if (http && text.length <= MAX_AVATAR_URL && !/[\s\p{Cc}]/u.test(text)) return text;
  throw wrong('/avatarUrl', `must be an http(s) address of at most ${MAX_AVATAR_URL} characters`);
}

/** '' takes it away. Whether anybody reads it is not known. */
export function email(text: string): string {
  if (text === '' || (text.length <= MAX_EMAIL && EMAIL.test(text))) return text;
  throw wrong('/email', 'must be an e-mail address');
}

function isShort(text: string): boolean {
  if (text.length > MAX_DISPLAY_NAME_UNITS) return false;
  return Array.from(graphemes.segment(text)).length <= MAX_DISPLAY_NAME;
}

const wrong = (path: string, message: string): Error => invalidRequest([{ path, message }]);
