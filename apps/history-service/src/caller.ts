import { currentContext, type Principal } from '@storey/context';
import { AppError } from '@storey/errors';

/** The user on whose behalf the call is made. @throws AppError unauthenticated when it is nobody. */
export const callerId = (): bigint => BigInt(principalOf().userId);

/** @throws AppError unauthenticated; forbidden to whoever is no administrator. */
export function administratorId(): bigint {
  const { userId, roles } = principalOf();
  if (roles.includes('admin')) return BigInt(userId);
  throw new AppError({
    kind: 'forbidden',
    code: 'GATEWAY_FORBIDDEN',
    message: 'You lack the role for this.',
  });
}

function principalOf(): Principal {
  const { principal } = currentContext();
  if (principal) return principal;
  throw new AppError({ kind: 'unauthenticated', code: 'GATEWAY_TOKEN_REQUIRED', message: 'Sign in first.' });
}
