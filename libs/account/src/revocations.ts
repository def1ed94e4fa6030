/** What the store spreads of what the database knows; read by every gateway. */
export const REVOCATION_LIST = '{rev}:list';
/** Absent: the store has forgotten, and what was revoked must be asked of account-service again. */
export const REVOCATION_EPOCH = '{rev}:epoch';
/** How long news stay in the store, ms: longer than any access token lives. */
export const REVOCATION_TTL_MS = 20 * 60_000;

/** A row that was revoked and when, ms. */
export interface Revoked {
  readonly id: bigint;
  readonly at: bigint;
}

/** `session`: all its tokens; `user`: those issued before `at`. */
export interface Revocation extends Revoked {
  readonly target: 'session' | 'user';
}

/** A member of the list; its score is `at`. */
export const revocationMember = ({ target, id, at }: Revocation): string =>
  target === 'session' ? `s:${id}` : `u:${id}:${at}`;
