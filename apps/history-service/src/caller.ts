import { currentContext } from '@storey/context';
import { AppError } from '@storey/errors';

/** The user on whose behalf the call is made. @throws AppError unauthenticated when it is nobody. */
export function callerId(): bigint {
  const { principal } = currentContext();
  if (principal) return BigInt(principal.userId);
  throw new AppError({ kind: 'unauthenticated', code: 'GATEWAY_TOKEN_REQUIRED', message: 'Sign in first.' });
}
