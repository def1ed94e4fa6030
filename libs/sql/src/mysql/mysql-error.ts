import { deadlineExceeded, isAppError, outcomeUnknown, unavailable } from '@storey/errors';

/** Deadlock, lock wait; certification lost to another primary. The transaction is undone or must be, and may run again. */
const CONFLICT = new Set([1213, 1205, 3101]);
/** What a server that became a replica answers to writes. */
const READ_ONLY = new Set([1290, 1792, 1836]);
/** Interrupted, shut down, killed, timed out for idling: the connection is gone or about to go. */
const ENDED = new Set([1053, 1317, 1927, 3169, 4031]);
/** Too many connections, of the server or of the user. */
const BUSY = new Set([1040, 1203, 1226]);
/** The disk, or the table on it. */
const FULL = new Set([1021, 1114]);
/** `max_execution_time`. */
const TOO_SLOW = 3024;

interface Failure {
  readonly errno?: unknown;
  readonly code?: unknown;
  readonly fatal?: unknown;
  readonly sqlState?: unknown;
}

/** The number of an answer of the server; errors of the network have negative ones or none. */
export function errnoOf(error: unknown): number {
  if (!isFailure(error)) return 0;
  return typeof error.errno === 'number' && error.errno > 0 ? error.errno : 0;
}

/** Whether the transaction in which it came may run again as a whole. */
export const isConflict = (error: unknown): boolean => CONFLICT.has(errnoOf(error));

export const isReadOnly = (error: unknown): boolean => READ_ONLY.has(errnoOf(error));

/** Whether no statement will be answered on this connection any more. */
export function isLost(error: unknown): boolean {
  if (!isFailure(error) || isAppError(error)) return false;
  return error.fatal === true || ENDED.has(errnoOf(error)) || isOfNetwork(error);
}

/** What a failed statement means to the caller; an error of the statement itself (a constraint, say) stays as it is. */
export function translated(error: unknown): unknown {
  if (isAppError(error)) return error;
  const errno = errnoOf(error);
  if (FULL.has(errno)) return unavailable('The storage is full.', error);
  if (BUSY.has(errno)) return unavailable('The database takes no more connections.', error);
  if (READ_ONLY.has(errno)) return unavailable('The database takes no writes now.', error);
  if (CONFLICT.has(errno)) return unavailable('Others write the same rows.', error);
  if (errno === TOO_SLOW) return deadlineExceeded(error);
  return isLost(error) ? unavailable('The database does not answer.', error) : error;
}

/**
 * As `translated`, for COMMIT: only what the server refuses before it commits is known to be undone. Group
 * replication's 3101 is one of these.
 */
export function translatedCommit(error: unknown): unknown {
  const refused = isConflict(error) || isReadOnly(error) || FULL.has(errnoOf(error));
  return refused ? translated(error) : outcomeUnknown(error);
}

const isFailure = (error: unknown): error is Failure => typeof error === 'object' && error !== null;

/** Codes such as ECONNRESET, and those the driver makes for a lost connection. */
function isOfNetwork({ code, errno, sqlState }: Failure): boolean {
  if (typeof code !== 'string' || sqlState !== undefined) return false;
  if (code.startsWith('PROTOCOL_')) return true;
  return /^E[A-Z]+(?:_[A-Z]+)?$/.test(code) && (typeof errno !== 'number' || errno < 0);
}
