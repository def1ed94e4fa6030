import { AppError } from '@storey/errors';

/** A search that cannot be opened as asked; `message` tells the operator what to change. */
export const misconfigured = (message: string, cause?: unknown): AppError =>
  new AppError({ kind: 'internal', code: 'SEARCH_MISCONFIGURED', message, cause });
