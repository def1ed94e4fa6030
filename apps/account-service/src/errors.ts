import { AppError } from '@storey/errors';

export const usernameTaken = (cause?: unknown): AppError =>
  new AppError({
    kind: 'conflict',
    code: 'ACCOUNT_USERNAME_TAKEN',
    message: 'Somebody has this username already.',
    cause,
  });

/** The same for a wrong password and an unknown name. */
export const credentialsInvalid = (): AppError =>
  new AppError({
    kind: 'unauthenticated',
    code: 'ACCOUNT_CREDENTIALS_INVALID',
    message: 'Username or password is wrong.',
  });

/** The same whatever is wrong with a refresh token. */
export const sessionRevoked = (): AppError =>
  new AppError({
    kind: 'unauthenticated',
    code: 'ACCOUNT_SESSION_REVOKED',
    message: 'This session is over. Sign in again.',
  });

export const lastAdministrator = (): AppError =>
  new AppError({
    kind: 'conflict',
    code: 'ACCOUNT_LAST_ADMINISTRATOR',
    message: 'Make somebody else an administrator first.',
  });
