import { isAppError, type AppError, type Kind } from '@storey/errors';

const REFUSALS: readonly Kind[] = ['invalid', 'unprocessable', 'forbidden', 'not_found', 'conflict'];

/** Another service heard it and will say the same again; anything else may be over in a moment, or have happened. */
export const isRefusal = (error: unknown): error is AppError =>
  isAppError(error) && REFUSALS.includes(error.kind);
