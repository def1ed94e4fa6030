import { currentContext, type Principal } from '@storey/context';
import { AppError } from '@storey/errors';

/** Who the call is made for. @throws AppError `unauthenticated` when it is nobody. */
export function caller(): Principal {
  const { principal } = currentContext();
  if (principal) return principal;
  throw new AppError({
    kind: 'unauthenticated',
    code: 'GATEWAY_TOKEN_REQUIRED',
    message: 'Sign in first.',
  });
}

/** @throws AppError `forbidden` unless the call is made for an administrator. */
export function administrator(): Principal {
  const principal = caller();
  if (principal.roles.includes('admin')) return principal;
  throw new AppError({
    kind: 'forbidden',
    code: 'GATEWAY_FORBIDDEN',
    message: 'Your role does not allow this.',
  });
}
