import { outcomeUnknown, unavailable } from '@storey/errors';

const NO_MEMORY = 7;
const IO_ERROR = 10;
const FULL = 13;
/** BUSY, LOCKED, NOMEM, IOERR, FULL, CANTOPEN: the machine's trouble, not the statement's. */
const TRANSIENT = new Set([5, 6, NO_MEMORY, IO_ERROR, FULL, 14]);

/** What a failed statement means to the caller; an error of the statement itself (a constraint, say) stays as it is. */
export function translated(error: unknown): unknown {
  const code = resultCode(error);
  if (code === FULL) return unavailable('The storage is full.', error);
  return code !== undefined && TRANSIENT.has(code)
    ? unavailable('The storage does not answer.', error)
    : error;
}

/** As `translated`, for COMMIT: after an I/O error the frames may or may not be on the disk. */
export function translatedCommit(error: unknown): unknown {
  return resultCode(error) === IO_ERROR ? outcomeUnknown(error) : translated(error);
}

/** The primary result code, https://sqlite.org/rescode.html. */
function resultCode(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('errcode' in error)) return undefined;
  return Number(error.errcode) & 0xff;
}
