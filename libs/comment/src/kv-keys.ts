import { createHash } from 'node:crypto';

/** Keys in kv state, each with the hash tag that holds its verbs together. */

/** Hash of one viewer's own writes that may not be applied yet; the field is the command id. */
export const overlayKey = (userId: bigint): string => `{u:${userId}}:ov`;

/** What was given out for one idempotency key of one user. */
export const reservationKey = (userId: bigint, key: string): string => `{i:${userId}}:${key}`;

/** There as long as kv remembers every reservation that was ever made and has not expired. */
export const REMEMBERS_KEY = '{i}:whole';

/** How far the writer must come before `REMEMBERS_KEY` is set again. */
export const WAITED_FOR_KEY = '{i}:until';

/** The ranking that is current. @param scope a subject (its roots) or a root (its replies). */
export const hotKey = (scope: bigint): string => `{s:${scope}}:ranking`;

/** One ranking, for as long as a walk may go on in it. */
export const hotEpochKey = (scope: bigint, epoch: bigint): string => `{s:${scope}}:ranking:${epoch}`;

/** Set for as long as the same words of the same author under the same subject are a duplicate. */
export function duplicateKey(authorId: bigint, subject: string, text: string): string {
  const hash = createHash('sha256').update(`${authorId}\n${subject}\n${text}`).digest('base64url');
  return `{d:${hash}}`;
}
