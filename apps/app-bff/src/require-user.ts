import { currentContext, type Principal } from '@storey/context';
import { AppError } from '@storey/errors';

/** The signed-in caller. @throws AppError 401 GATEWAY_TOKEN_REQUIRED to the anonymous. */
export function requireUser(): Principal {
  const { principal } = currentContext();
  if (principal) return principal;
  throw new AppError({ kind: 'unauthenticated', code: 'GATEWAY_TOKEN_REQUIRED', message: 'Sign in first.' });
}
