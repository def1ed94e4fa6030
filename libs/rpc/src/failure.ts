import { RpcException } from '@nestjs/microservices';
import { AppError, isAppError, toAppError } from '@storey/errors';

/** What Nest's guards answer when they refuse without an error of their own. */
const FORBIDDEN_MESSAGE = 'Forbidden resource';

/**
 * What a handler, guard, pipe or filter threw, as the error that crosses the wire. Whatever is not an AppError, nor
 * Nest's word for a guard's refusal, becomes `internal` with the original as its cause.
 */
export function failureOf(thrown: unknown): AppError {
  if (isAppError(thrown)) return thrown;
  if (thrown instanceof RpcException && thrown.message === FORBIDDEN_MESSAGE) {
    return new AppError({
      kind: 'forbidden',
      code: 'COMMON_FORBIDDEN',
      message: 'This is not allowed.',
      cause: thrown,
    });
  }
  return toAppError(hiddenByNest(thrown) ? new Error(HINT, { cause: thrown }) : thrown);
}

const HINT = 'Nest hid an error from rpc: list rpcErrors first in the providers of the root module.';

/** Nest's default filter replaces what it does not know by this, so the error itself is lost. */
function hiddenByNest(thrown: unknown): boolean {
  return typeof thrown === 'object' && thrown !== null && 'status' in thrown && thrown.status === 'error';
}
