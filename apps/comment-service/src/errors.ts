import { AppError } from '@storey/errors';

/** What several capabilities answer, each with the code of the public contract. */

export const commentNotFound = (): AppError =>
  new AppError({ kind: 'not_found', code: 'COMMENT_NOT_FOUND', message: 'There is no such comment.' });

export const commentForbidden = (message = 'This comment is not yours.'): AppError =>
  new AppError({ kind: 'forbidden', code: 'COMMENT_FORBIDDEN', message });

export const roleMissing = (): AppError =>
  new AppError({ kind: 'forbidden', code: 'GATEWAY_FORBIDDEN', message: 'You lack the role for this.' });

export const signInFirst = (): AppError =>
  new AppError({ kind: 'unauthenticated', code: 'GATEWAY_TOKEN_REQUIRED', message: 'Sign in first.' });

export const pinLimit = (): AppError =>
  new AppError({
    kind: 'conflict',
    code: 'COMMENT_PIN_LIMIT',
    message: 'Three comments are pinned here already.',
  });
