import { AppError } from '@storey/errors';

/** A database that cannot be opened as asked; `message` tells the operator what to change. */
export const misconfigured = (message: string, cause?: unknown): AppError =>
  new AppError({ kind: 'internal', code: 'SQL_MISCONFIGURED', message, cause });
