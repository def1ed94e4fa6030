import { AppError } from '@storey/errors';

/** The one answer to every bad token, whatever is wrong with it: a caller learns nothing from its text. */
export const tokenInvalid = (cause?: unknown): AppError =>
  new AppError({
    kind: 'unauthenticated',
    code: 'GATEWAY_TOKEN_INVALID',
    message: 'The token is not valid. Sign in again.',
    cause,
  });
