import { AppError } from '@storey/errors';

/** What only the operator can put right; the message tells him what to change. */
export function misconfigured(message: string, cause?: unknown): AppError {
  return new AppError({ kind: 'internal', code: 'UPSTREAM_MISCONFIGURED', message, cause });
}
